// line.cc: frames, and the four ways to get a socket.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/minimal/line.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace minimal {
namespace {

constexpr std::size_t kFragment = 63'483;
constexpr std::size_t kTag = crypto_aead_chacha20poly1305_ietf_ABYTES;

std::array<std::uint8_t, 12> nonce(std::uint64_t counter) {
  std::array<std::uint8_t, 12> bytes{};
  std::memcpy(bytes.data() + 4, &counter, sizeof counter);
  return bytes;
}

int must(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
  return result;
}

sockaddr_in here(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr_un at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the socket's path is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

template <class Address>
const sockaddr* any(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

// Sealed: u16 big-endian. To a client: u32 little-endian.
void Line::put_frame(View frame, std::size_t length_bytes) {
  for (std::size_t i = 0; i < length_bytes; ++i) {
    const std::size_t shift = length_bytes == 2 ? 8 * (1 - i) : 8 * i;
    out_.push_back(static_cast<std::uint8_t>(frame.size() >> shift));
  }
  out_.insert(out_.end(), frame.begin(), frame.end());
}

void Line::send(View message) {
  if (!sealed_) {
    put_frame(message, 4);
    flush();
    return;
  }
  bool last = false;
  while (!last) {
    const View fragment = message.first(std::min(message.size(), kFragment));
    message = message.subspan(fragment.size());
    last = message.empty();
    Bytes flagged{static_cast<std::uint8_t>(last)};
    flagged.insert(flagged.end(), fragment.begin(), fragment.end());
    const Bytes padded = pad(flagged, 512);
    Bytes sealed(padded.size() + kTag);
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, padded.data(), padded.size(), nullptr, 0, nullptr,
                                              nonce(sent_++).data(), send_.data());
    put_frame(sealed, 2);
  }
  flush();
}

bool Line::flush() {
  while (written_ < out_.size()) {
    const auto sent = ::send(fd_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) return false;
    written_ += static_cast<std::size_t>(sent);
  }
  out_.clear();
  written_ = 0;
  return true;
}

bool Line::read() {
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  const std::size_t before = in_.size();
  in_.resize(before + (256 << 10));
  const auto got = ::recv(fd_, in_.data() + before, in_.size() - before, MSG_DONTWAIT);
  in_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

std::optional<View> Line::next_frame(std::size_t length_bytes) {
  const View waiting = View(in_).subspan(taken_);
  if (waiting.size() < length_bytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    const std::size_t shift = length_bytes == 2 ? 8 * (1 - i) : 8 * i;
    length |= static_cast<std::size_t>(waiting[i]) << shift;
  }
  if (waiting.size() < length_bytes + length) return std::nullopt;
  taken_ += length_bytes + length;
  return waiting.subspan(length_bytes, length);
}

std::optional<Bytes> Line::next() {
  if (!sealed_) {
    const auto frame = next_frame(4);
    return frame ? std::optional(Bytes(frame->begin(), frame->end())) : std::nullopt;
  }
  while (const auto frame = next_frame(2)) {
    Bytes plain(frame->size() - kTag);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, frame->data(), frame->size(), nullptr,
                                                  0, nonce(received_++).data(), receive_.data()) != 0)
      throw std::runtime_error("a frame does not open");
    std::uint32_t length = 0;
    std::memcpy(&length, plain.data(), sizeof length);
    partial_.insert(partial_.end(), plain.begin() + 5, plain.begin() + 4 + length);
    if (plain[4] == 1) return std::exchange(partial_, {});
  }
  return std::nullopt;
}

int listen_tcp(int port) {
  const int fd = must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = here(port);
  must(::bind(fd, any(address), sizeof address), "bind");
  must(::listen(fd, 8), "listen");
  return fd;
}

int dial_tcp(int port) {
  const auto address = here(port);
  for (;;) {
    const int fd = must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd, any(address), sizeof address) == 0) return fd;
    ::close(fd);
    ::usleep(1000);
  }
}

int listen_unix(const std::string& path) {
  ::unlink(path.c_str());
  const int fd = must(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const auto address = at(path);
  must(::bind(fd, any(address), sizeof address), "bind");
  must(::listen(fd, 8), "listen");
  return fd;
}

int dial_unix(const std::string& path) {
  const int fd = must(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const auto address = at(path);
  must(::connect(fd, any(address), sizeof address), "connect");
  return fd;
}

}  // namespace minimal
