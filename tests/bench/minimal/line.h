// line.h: whole messages over a socket: in the clear to a client (u32 length), or sealed to the other daemon in the
// same frames, with the same padding and the same cipher as Duolog's channel.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/minimal/record.h"

namespace minimal {

class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}
  Line(int fd, const Id& send, const Id& receive) : fd_(fd), sealed_(true), send_(send), receive_(receive) {}

  void send(View message);      // as far as the socket takes it now
  bool flush();                 // false: more is waiting for the socket
  bool read();                  // false: the other side has gone
  std::optional<Bytes> next();  // the next whole message
  [[nodiscard]] int fd() const { return fd_; }

 private:
  void put_frame(View frame, std::size_t length_bytes);
  std::optional<View> next_frame(std::size_t length_bytes);

  int fd_;
  bool sealed_ = false;
  Id send_{};
  Id receive_{};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  Bytes out_;
  std::size_t written_ = 0;
  Bytes in_;
  std::size_t taken_ = 0;
  Bytes partial_;
};

int listen_tcp(int port);
int dial_tcp(int port);  // until somebody answers
int listen_unix(const std::string& path);
int dial_unix(const std::string& path);

}  // namespace minimal
