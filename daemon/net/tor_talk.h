// tor_talk.h: what is said on tor's control connection (control-spec of the Tor Project, version 1). Bytes in, bytes
// out; it owns no socket and no clock.
//
//   kGreeting ── the cookie, "you are mine" ──► kStarting ── PROGRESS=100 ──► kUp ── ADD_ONION ──► a descriptor is up:
//       └─────────── any doubt ─────────────────────┴──────────────────────────┴───► kBroken        onion() has a name
//
// The service is there for those who have one of the keys that let_in() names, and for nobody while there is none. It
// goes with the connection; so does tor itself, which is told so at the beginning.
//
// tor is a program of this machine and is believed what it says of Tor; but no line of it is longer than kLineLimit, no
// answer has more than kLinesLimit of them, and an answer to nothing ends the talk.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "crypto/onion.h"

namespace duolog::net {

class TorTalk {
 public:
  static constexpr std::size_t kLineLimit = 4096;
  static constexpr std::size_t kLinesLimit = 64;
  static constexpr std::size_t kClientsLimit = 32;
  static constexpr std::uint16_t kPort = 7;  // "….onion:7" has exactly the 64 bytes that an address may have

  enum class Is { kGreeting, kStarting, kUp, kBroken };

  // `visitors`: the path of the unix socket to which tor leads whoever comes. The first words are out at once.
  TorTalk(ByteView cookie, const crypto::OnionSecret& key, std::string visitors);

  void receive(ByteView bytes);
  [[nodiscard]] crypto::SecretBytes take_output();  // keys may be in it
  [[nodiscard]] Is is() const { return is_; }
  [[nodiscard]] int progress() const { return progress_; }               // of kStarting, in percent
  [[nodiscard]] const std::string& onion() const { return published_; }  // "….onion", once it can be found; or empty
  [[nodiscard]] const std::string& why() const { return why_; }          // of kBroken: tor's own words

  // Who may find the service: whoever has the secret of one of these. At most kClientsLimit, the first ones.
  void let_in(std::vector<crypto::OnionClientPublic> clients);
  // From `done(true)` on the service of this name ("….onion") is looked for with this key. `done` is called once, if
  // the talk lasts.
  void use(const std::string& onion, const crypto::OnionClientSecret& key, std::function<void(bool)> done);

 private:
  struct Reply {
    int code = 0;
    std::vector<std::string> lines;  // what stands behind the code
  };
  using Then = std::function<void(const Reply&)>;

  void say(std::initializer_list<ByteView> words, Then then);
  void line(std::string_view text);
  void event(std::string_view text);
  void progressed(std::string_view text);
  void offer();
  void offered(const Reply& reply);
  void break_off(std::string why);

  Is is_ = Is::kGreeting;
  crypto::SecretBytes key_;  // in base64
  std::string visitors_;
  std::vector<crypto::OnionClientPublic> clients_;
  bool offers_ = false;  // an ADD_ONION is under way
  bool offer_again_ = false;
  std::string service_;    // of ours, without ".onion"; empty: none
  std::string published_;  // the same with it, once somebody holds its descriptor
  std::string why_;
  int progress_ = 0;
  std::deque<Then> awaited_;
  Reply reply_;
  bool in_data_ = false;  // of a "250+" line, up to a line with a dot alone
  std::string pending_;   // a line that is not whole yet
  std::deque<crypto::SecretBytes> output_;
};

}  // namespace duolog::net
