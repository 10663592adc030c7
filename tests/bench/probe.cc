// duolog_bench_probe: measures two running daemons from outside, at their sockets.
//
//   latency duolog|minimal SOCKET-A SOCKET-B COUNT BYTES   writes at A while B is watched: "saved_us event_us" a line,
//                                                          both counted from the moment the request was sent
//   relay PORT TO QUIET-MS     passes one connection on and counts its frames; ends when nothing came for so long, and
//                              prints "microseconds direction bytes" for each frame (> from the dialler, < to it)
// SPDX-License-Identifier: GPL-3.0-or-later
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "proto/control.pb.h"
#include "tests/bench/minimal/line.h"

namespace {

using minimal::Bytes;
using minimal::Line;
using minimal::View;
using Clock = std::chrono::steady_clock;

constexpr auto kRest = std::chrono::milliseconds(20);  // so that both are idle again
constexpr int kPatience = 20'000;                      // ms

double since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

View bytes(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

// ---- latency ----

// What to ask for, and which reply is the one that is waited for.
struct Speech {
  bool minimal;
  [[nodiscard]] std::string watch() const {
    if (minimal) return "w";
    duolog::control::Request request;
    request.set_version(1);
    request.mutable_watch();
    return request.SerializeAsString();
  }
  [[nodiscard]] std::string write(int number, std::size_t length) const {
    std::string text = "entry " + std::to_string(number) + " ";
    text.resize(length, 'x');
    if (minimal) return "W" + text;
    duolog::control::Request request;
    request.set_version(1);
    std::string id = "bench" + std::to_string(number) + "-" + std::to_string(::getpid());
    id.resize(16, '0');
    request.set_request_id(id);
    request.mutable_write()->set_text(text);
    return request.SerializeAsString();
  }
  [[nodiscard]] bool is_saved(const Bytes& message) const {
    if (minimal) return true;
    duolog::control::Reply reply;
    if (!reply.ParseFromArray(message.data(), static_cast<int>(message.size())) || !reply.has_saved())
      throw std::runtime_error("not saved: " + reply.ShortDebugString());
    return true;
  }
  [[nodiscard]] bool is_entry(const Bytes& message) const {
    if (minimal) return true;
    duolog::control::Reply reply;
    return reply.ParseFromArray(message.data(), static_cast<int>(message.size())) && reply.watch().event() == "entry";
  }
};

void latency(const Speech& speech, const std::string& here, const std::string& there, int count, std::size_t length) {
  Line writer(minimal::dial_unix(here));
  Line watcher(minimal::dial_unix(there));
  watcher.send(bytes(speech.watch()));
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(kRest);
    const std::string request = speech.write(i, length);
    double saved = 0;
    double event = 0;
    const auto begin = Clock::now();
    writer.send(bytes(request));
    while (saved == 0 || event == 0) {
      pollfd wanted[2] = {{writer.fd(), POLLIN, 0}, {watcher.fd(), POLLIN, 0}};
      if (::poll(wanted, 2, kPatience) <= 0) throw std::runtime_error("no answer");
      const double now = since(begin);
      if (wanted[0].revents != 0 && !writer.read()) throw std::runtime_error("the writer's daemon has gone");
      if (wanted[1].revents != 0 && !watcher.read()) throw std::runtime_error("the watched daemon has gone");
      while (const auto reply = writer.next())
        if (speech.is_saved(*reply)) saved = now;
      while (const auto reply = watcher.next())
        if (speech.is_entry(*reply)) event = now;
    }
    std::printf("%.1f %.1f\n", saved, event);
  }
}

// ---- relay ----

// One direction: bytes pass as they come; the u16 lengths in them are followed.
struct Way {
  char name;
  int from;
  int to;
  Bytes length;
  std::size_t left = 0;

  void follow(View piece, double at, std::string& report) {
    while (!piece.empty()) {
      const std::size_t skipped = std::min(left, piece.size());
      left -= skipped;
      piece = piece.subspan(skipped);
      if (skipped > 0 || piece.empty()) continue;
      length.push_back(piece.front());
      piece = piece.subspan(1);
      if (length.size() < 2) continue;
      left = static_cast<std::size_t>(length[0]) << 8 | length[1];
      report += std::to_string(at) + " " + name + " " + std::to_string(left + 2) + "\n";
      length.clear();
    }
  }
};

void send_all(int to, View piece) {
  while (!piece.empty()) {
    const auto sent = ::send(to, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("the connection was lost");
    piece = piece.subspan(static_cast<std::size_t>(sent));
  }
}

void relay(int port, int to, int quiet_ms) {
  const int listener = minimal::listen_tcp(port);
  std::printf("listening\n");
  std::fflush(stdout);
  const int dialler = ::accept(listener, nullptr, nullptr);
  const int target = minimal::dial_tcp(to);
  Way ways[2] = {{'>', dialler, target, {}}, {'<', target, dialler, {}}};
  std::string report;
  Bytes buffer(256 << 10);
  const auto begin = Clock::now();
  for (;;) {
    pollfd wanted[2] = {{dialler, POLLIN, 0}, {target, POLLIN, 0}};
    if (::poll(wanted, 2, quiet_ms) == 0) break;
    for (int i = 0; i < 2; ++i) {
      if (wanted[i].revents == 0) continue;
      const auto got = ::recv(ways[i].from, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got <= 0) throw std::runtime_error("one side has gone");
      const View piece = View(buffer).first(static_cast<std::size_t>(got));
      send_all(ways[i].to, piece);
      ways[i].follow(piece, since(begin), report);
    }
  }
  std::fputs(report.c_str(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  try {
    if (verb == "latency" && argc == 7) {
      latency({std::string(argv[2]) == "minimal"}, argv[3], argv[4], std::stoi(argv[5]), std::stoull(argv[6]));
    } else if (verb == "relay" && argc == 5) {
      relay(std::stoi(argv[2]), std::stoi(argv[3]), std::stoi(argv[4]));
    } else {
      return 2;
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "duolog_bench_probe: %s\n", error.what());
    return 1;
  }
}
