// tor.h: a tor process of our own, where a person wants one: the onion service at which others find this device, and
// calls to theirs. No port is opened for it, and no other tor of this machine is spoken to.
//
//   wanted() ─► start ─► control socket ─► TorTalk: starting … up, published ─► ends, for whatever reason
//      ▲                                                                                │
//      └──────────── 5 s, then twice as long up to 10 min; from the beginning once it was up for so long ◄──┘
//
// tor ends when its control connection does, so none outlives us. What it keeps on the disk (which relays it trusts,
// what it knows of the network) holds no key of ours and no name of anybody's service. Spec: proto/README.md
// section 3.6d.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/awaitable.hpp>
#include <asio/local/stream_protocol.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "crypto/onion.h"
#include "daemon/home/address.h"
#include "daemon/home/clock.h"
#include "daemon/net/dialer.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog::net {

inline constexpr std::chrono::milliseconds kThroughTorTime{75'000};  // for a call, all in all
inline constexpr std::chrono::milliseconds kTorStartTime{30'000};    // until its control socket is there
inline constexpr std::chrono::milliseconds kTorFirstRest{5'000};
inline constexpr std::chrono::milliseconds kTorLongestRest{600'000};

struct TorStatus {
  enum class Is {
    kOff,        // not wanted
    kMissing,    // no such program here
    kStarting,   // finds its way into the network: `percent`
    kUp,         // the service is not known out there yet, or nobody may come
    kPublished,  // at `address`
    kEnded,      // `why`; it is started again
  } is = Is::kOff;
  int percent = 0;
  std::optional<Address> address;
  std::string why;  // tor's own words, in ASCII; may be empty
  bool operator==(const TorStatus&) const = default;
};

class Tor {
 public:
  using Socket = asio::local::stream_protocol::socket;
  struct Place {
    std::filesystem::path state;    // a folder for what tor keeps; made where it is missing
    std::filesystem::path sockets;  // a folder that is there, and its owner's alone
    std::string lines;              // a file with more lines for its configuration; empty: none
    std::string program = "tor";
  };
  struct House {
    asio::io_context& io;
    Clock clock;
    std::function<void(const char* what, asio::awaitable<void>)> spawn;  // supervised
    std::function<void(const std::string&)> note;
    std::function<void()> changed;        // status() is another one; never from within a call of ours
    std::function<void(Socket)> visitor;  // somebody has come, who may be anybody with a key
  };
  Tor(House house, Place place, const crypto::OnionSecret& key);
  ~Tor();
  Tor(const Tor&) = delete;
  Tor& operator=(const Tor&) = delete;

  // Whether it should run: somebody is to be found, or to find us.
  void wanted(bool is_wanted);
  void let_in(const std::vector<crypto::OnionClientPublic>& clients);  // as TorTalk's
  void look();  // the network may be another one: no rest is kept
  // tor is asked to end, and ended after 1 s at the latest; then `done` is called, never from within this call.
  void stop(std::function<void()> done);

  struct Called {
    std::optional<Socket> socket;  // connected
    Trouble trouble = Trouble::kNone;
  };
  // kSilent: there is a service, for another key than this.
  asio::awaitable<Called> call(Address address, std::shared_ptr<const crypto::OnionClientSecret> key);

  [[nodiscard]] TorStatus status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
