// meeting_events.h: what every pairing has in common at the desk, whoever meets: how an invitation is read, and how
// what the network tells becomes events and errors of control.proto.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/control/visit.h"
#include "daemon/net/switchboard.h"

namespace duolog {

struct MeetingEars {
  std::function<void(const control::PairEvent&)> tell;
  std::function<void(const control::Error&)> fail;  // at most once, the last
};

// A device of whoever is at the door, as this one knows it.
struct KnownDevice {
  std::string name;  // untrusted
  bool connected = false;
  std::optional<WallTime> last_seen;
};

// Speaks until the last has been said, or until nobody listens any more.
class MeetingVoice {
 public:
  explicit MeetingVoice(MeetingEars ears) : ears_(std::move(ears)) {}

  void tell(const control::PairEvent& event);
  void tell_last(const control::PairEvent& event);
  void fail(int code, std::string detail = {}, std::vector<std::string> candidates = {}, std::size_t limit = 0);
  void fail(const std::exception_ptr& thrown);
  void hush() { over_ = true; }  // nobody listens any more
  [[nodiscard]] bool over() const { return over_; }

  void invitation(const net::Invitation& invitation, bool announced);
  void wrong_code(int codes_left);
  void visitor(const std::string& name, const std::string& device, const net::Introduced& met,
               const std::vector<KnownDevice>& known = {});
  void looking();
  void connecting(const std::string& address);
  void waiting_for(const std::string& name, const std::vector<std::string>& words);
  // All but kPaired, and but kFailed, whose cause the conversation knows.
  void ended(net::WindowEnd end);
  void ended(net::JoinEnd end, const std::string& refusal);

 private:
  MeetingEars ears_;
  bool over_ = false;
};

// A code or a link as it was typed, and where the host is, if that was said. One of the two is set.
struct ReadInvitation {
  std::optional<crypto::PairCode> code;
  std::optional<crypto::PairLink> link;
  std::optional<Address> at;
};
// nullopt: why not was said.
std::optional<ReadInvitation> read_invitation(MeetingVoice& voice, const std::string& invitation, const std::string& at,
                                              crypto::PairPurpose purpose, bool discovery);
// False: another joining is under way.
bool join(net::Switchboard& switchboard, ReadInvitation invitation, crypto::PairPurpose purpose,
          net::JoinEvents events);

// What is asked of a meeting at the desk. Whoever holds it keeps it, and dropping the hold ends it by `leave`; what the
// network still holds of it is weak or dies with the line.
control::Desk::Pairing held_at_the_desk(const std::shared_ptr<void>& meeting, std::function<void()> leave,
                                        std::function<void(bool accept)> decide);

// What a host does about its window; `voice` says the rest. All of it only as long as `alive` is there.
struct HostCalls {
  std::function<net::Conversation(const net::Introduced&)> begin;
  std::function<void()> visitor_left;
  std::function<void(net::WindowEnd)> ended;
};
net::HostEvents host_events(const std::weak_ptr<void>& alive, MeetingVoice& voice, bool discovery, HostCalls calls);

// With the visitor at the door, who may be asked about: Welcome and Readmission. `done`: the state at its good end.
template <class Talk>
net::Conversation conversation_at_the_door(const std::shared_ptr<Talk>& talk, typename Talk::State done) {
  using State = typename Talk::State;
  return {[talk](ByteView message) { talk->receive(message); }, [talk] { return talk->next(); },
          [talk, done] {
            const State state = talk->state();
            if (state == done) return net::Conversation::State::kDone;
            const bool failed = state == State::kDeclined || state == State::kFailed;
            return failed ? net::Conversation::State::kFailed : net::Conversation::State::kGoing;
          },
          [talk] { talk->lost(); }, [talk] { return talk->state() == State::kDeciding; }};
}

// Of one that ends at once, since whoever would lead it is gone.
net::Conversation nobody_talks();

template <class Words>
void copy_words(const std::vector<std::string>& from, Words* to) {
  for (const auto& word : from) *to->Add() = word;
}

}  // namespace duolog
