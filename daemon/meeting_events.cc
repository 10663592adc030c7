// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/meeting_events.h"

#include "crypto/mailbox.h"
#include "daemon/control/convert.h"
#include "proto/control.pb.h"

namespace duolog {

using control::Error;
using control::PairEvent;

void MeetingVoice::tell(const PairEvent& event) {
  if (!over_) ears_.tell(event);
}

void MeetingVoice::tell_last(const PairEvent& event) {
  if (!std::exchange(over_, true)) ears_.tell(event);
}

void MeetingVoice::fail(int code, std::string detail, std::vector<std::string> candidates, std::size_t limit) {
  if (std::exchange(over_, true)) return;
  Error error;
  error.set_code(static_cast<Error::Code>(code));
  error.set_detail(std::move(detail));
  error.set_limit(static_cast<std::uint32_t>(limit));
  for (auto& candidate : candidates) *error.add_candidates() = std::move(candidate);
  ears_.fail(error);
}

void MeetingVoice::fail(const std::exception_ptr& thrown) {
  if (std::exchange(over_, true)) return;
  Error error;
  control::fill(error, thrown);
  ears_.fail(error);
}

void MeetingVoice::invitation(const net::Invitation& invitation, bool announced) {
  PairEvent event;
  PairEvent::Window& window = *event.mutable_window();
  window.set_code(invitation.code.text());
  window.set_link(std::string(invitation.link.text()));
  window.set_expires_at(control::moment(invitation.expires));
  for (const auto& address : invitation.addresses) window.add_addresses(address);
  window.set_announced(announced);
  tell(event);
}

void MeetingVoice::wrong_code(int codes_left) {
  PairEvent event;
  event.mutable_wrong()->set_codes_left(static_cast<std::uint32_t>(codes_left));
  tell(event);
}

void MeetingVoice::visitor(const std::string& name, const std::string& device, const net::Introduced& met,
                           const std::vector<KnownDevice>& known) {
  PairEvent event;
  PairEvent::Visitor& visitor = *event.mutable_visitor();
  visitor.set_name(name);
  visitor.set_device_name(device);
  copy_words(met.words, visitor.mutable_words());
  visitor.set_by(met.by_link ? "link" : "code");
  for (const KnownDevice& one : known) {
    PairEvent::Device& told = *visitor.add_known();
    told.set_name(one.name);
    told.set_connected(one.connected);
    told.set_last_seen(control::moment(one.last_seen));
  }
  tell(event);
}

void MeetingVoice::looking() {
  PairEvent event;
  event.mutable_progress()->set_step(PairEvent::Progress::LOOKING);
  tell(event);
}

void MeetingVoice::connecting(const std::string& address) {
  PairEvent event;
  event.mutable_progress()->set_step(PairEvent::Progress::CONNECTING);
  event.mutable_progress()->set_address(address);
  tell(event);
}

void MeetingVoice::waiting_for(const std::string& name, const std::vector<std::string>& words) {
  PairEvent event;
  event.mutable_progress()->set_step(PairEvent::Progress::WAITING);
  event.mutable_progress()->set_name(name);
  copy_words(words, event.mutable_progress()->mutable_words());
  tell(event);
}

void MeetingVoice::ended(net::WindowEnd end) {
  switch (end) {
    case net::WindowEnd::kPaired:
      return;
    case net::WindowEnd::kExpired:
      return fail(Error::TIMED_OUT);
    case net::WindowEnd::kCodesBurnt:
      return fail(Error::CODES_BURNT);
    case net::WindowEnd::kClosed:
      return fail(Error::OTHER_SIDE_LEFT);
  }
}

void MeetingVoice::ended(net::JoinEnd end, const std::string& refusal) {
  switch (end) {
    case net::JoinEnd::kPaired:
    case net::JoinEnd::kFailed:
      return;
    case net::JoinEnd::kOwnCode:
      return fail(Error::OWN_CODE);
    case net::JoinEnd::kCodeSpent:
      return fail(Error::CODE_SPENT);
    case net::JoinEnd::kLinkExpired:
      return fail(Error::LINK_EXPIRED);
    case net::JoinEnd::kNobodyFound:
      return fail(Error::NOBODY_FOUND);
    case net::JoinEnd::kTwoWindows:
      return fail(Error::TWO_WINDOWS);
    case net::JoinEnd::kCannotConnect:
      return fail(Error::CANNOT_CONNECT);
    case net::JoinEnd::kWrongCode:
      return fail(Error::WRONG_CODE);
    case net::JoinEnd::kWrongPerson:
      return fail(Error::WRONG_PERSON);
    case net::JoinEnd::kNotDurable:
      return fail(Error::NOT_SAVED, refusal);
    case net::JoinEnd::kTimedOut:
      return fail(Error::TIMED_OUT);
    case net::JoinEnd::kOtherSideLeft:
    case net::JoinEnd::kCancelled:
      return fail(Error::OTHER_SIDE_LEFT);
  }
}

namespace {

// A link says what it is for; of one for something else the person is told so.
int refusal_of(const std::optional<crypto::PairLink>& link) {
  if (!link) return Error::NOT_A_LINK;
  if (link->purpose == crypto::PairPurpose::kOwnDevice) return Error::DEVICE_CODE;
  if (link->purpose == crypto::PairPurpose::kRestore) return Error::RESTORE_CODE;
  return link->purpose == crypto::PairPurpose::kPartner ? Error::PARTNERS_CODE : Error::NOT_A_LINK;
}

}  // namespace

std::optional<ReadInvitation> read_invitation(MeetingVoice& voice, const std::string& invitation, const std::string& at,
                                              crypto::PairPurpose purpose, bool discovery) {
  const auto no = [&voice](int code, std::string detail = {}, std::vector<std::string> candidates = {}) {
    voice.fail(code, std::move(detail), std::move(candidates));
    return std::nullopt;
  };
  ReadInvitation read;
  if (!at.empty()) {
    read.at = parse_address(at);
    if (!read.at) return no(Error::BAD_REQUEST, at);
  }
  if (crypto::looks_like_mailbox_link(invitation)) return no(Error::MAILBOX_LINK);
  if (invitation.starts_with("duolog:")) {
    read.link = crypto::parse_link(invitation);
    if (!read.link || read.link->purpose != purpose) return no(refusal_of(read.link));
    return read;
  }
  auto code = crypto::parse_code(invitation);
  if (const auto* mistyped = std::get_if<crypto::MistypedWord>(&code))
    return no(Error::MISTYPED_WORD, mistyped->word, mistyped->nearest);
  if (std::holds_alternative<crypto::NotACode>(code)) return no(Error::NOT_A_CODE);
  if (!read.at && !discovery) return no(Error::NOBODY_FOUND, "discovery is off");
  read.code = std::get<crypto::PairCode>(std::move(code));
  return read;
}

bool join(net::Switchboard& switchboard, ReadInvitation invitation, crypto::PairPurpose purpose,
          net::JoinEvents events) {
  if (invitation.link) return switchboard.join(std::move(*invitation.link), invitation.at, std::move(events));
  return switchboard.join(std::move(*invitation.code), purpose, invitation.at, std::move(events));
}

control::Desk::Pairing held_at_the_desk(const std::shared_ptr<void>& meeting, std::function<void()> leave,
                                        std::function<void(bool accept)> decide) {
  control::Hold hold(meeting.get(), [meeting, leave = std::move(leave)](void*) { leave(); });
  return {std::move(hold), [weak = std::weak_ptr(meeting), decide = std::move(decide)](bool accept) {
            if (const auto still = weak.lock()) decide(accept);
          }};
}

net::HostEvents host_events(const std::weak_ptr<void>& alive, MeetingVoice& voice, bool discovery, HostCalls calls) {
  net::HostEvents events;
  events.invitation = [alive, &voice, discovery](const net::Invitation& invitation) {
    if (const auto still = alive.lock()) voice.invitation(invitation, discovery);
  };
  events.wrong_code = [alive, &voice](int codes_left) {
    if (const auto still = alive.lock()) voice.wrong_code(codes_left);
  };
  events.visitor = [alive, begin = std::move(calls.begin)](const net::Introduced& met) {
    const auto still = alive.lock();
    return still ? begin(met) : nobody_talks();
  };
  events.visitor_left = [alive, left = std::move(calls.visitor_left)] {
    if (const auto still = alive.lock()) left();
  };
  events.ended = [alive, ended = std::move(calls.ended)](net::WindowEnd end) {
    if (const auto still = alive.lock()) ended(end);
  };
  return events;
}

net::Conversation nobody_talks() {
  return {[](ByteView) {}, [] { return std::nullopt; }, [] { return net::Conversation::State::kFailed; }, {}, {}};
}

}  // namespace duolog
