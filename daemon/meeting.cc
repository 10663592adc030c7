// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/meeting.h"

#include "daemon/control/convert.h"
#include "proto/control.pb.h"

namespace duolog {
namespace {

using control::Error;
using control::PairEvent;

bool looks_like_link(const std::string& invitation) { return invitation.starts_with("duolog:"); }

bool known_relationship(const std::string& relationship) {
  return relationship == "partner" || relationship == "friend" || relationship == "family";
}

template <class Words>
void copy_words(const std::vector<std::string>& from, Words* to) {
  for (const auto& word : from) *to->Add() = word;
}

}  // namespace

control::Desk::Pairing Meeting::start(House house, const control::Pair& asked, Ears ears) {
  auto meeting = std::make_shared<Meeting>(std::move(house), asked, std::move(ears));
  if (asked.journal_name().size() > crypto::kNameLimit) {
    meeting->fail(Error::TOO_LONG, "name", {}, crypto::kNameLimit);
  } else if (asked.invitation().empty()) {
    meeting->host();
  } else {
    meeting->join(asked.invitation(), asked.at());
  }
  // The hold keeps the meeting and ends it; what the network still holds of it is weak or dies with the line.
  control::Hold hold(meeting.get(), [meeting](void*) { meeting->leave(); });
  return {std::move(hold), [weak = std::weak_ptr(meeting)](bool accept) {
            if (const auto still = weak.lock()) still->decide(accept);
          }};
}

Meeting::Meeting(House house, const control::Pair& asked, Ears ears)
    : house_(std::move(house)),
      ears_(std::move(ears)),
      relationship_(asked.relationship().empty() ? "partner" : asked.relationship()),
      journal_name_(asked.journal_name()),
      accept_anyone_(asked.accept_anyone()),
      hosting_(asked.invitation().empty()) {}

void Meeting::host() {
  if (!known_relationship(relationship_)) return fail(Error::BAD_REQUEST, relationship_);
  const auto weak = weak_from_this();
  const auto with = [weak](auto action) {
    if (const auto self = weak.lock()) action(*self);
  };
  net::HostEvents events;
  events.invitation = [with](const net::Invitation& invitation) {
    with([&](Meeting& self) { self.tell_invitation(invitation); });
  };
  events.wrong_code = [with](int codes_left) {
    with([&](Meeting& self) {
      PairEvent event;
      event.mutable_wrong()->set_codes_left(static_cast<std::uint32_t>(codes_left));
      self.ears_.tell(event);
    });
  };
  events.visitor = [weak](const net::Introduced& met) -> net::Conversation {
    if (const auto self = weak.lock()) return self->begin(met, journal::FoundingRole::kHost);
    return {[](ByteView) {}, [] { return std::nullopt; }, [] { return net::Conversation::State::kFailed; }, {}};
  };
  events.visitor_left = [with] { with([](Meeting& self) { self.founding_failed(); }); };
  events.ended = [with](net::WindowEnd end) { with([&](Meeting& self) { self.host_ended(end); }); };
  begun_ = house_.switchboard.open_window(crypto::PairPurpose::kPartner, std::move(events));
  if (!begun_) fail(Error::WINDOW_OPEN);
}

void Meeting::join(const std::string& invitation, const std::string& at) {
  std::optional<Address> address;
  if (!at.empty()) {
    address = parse_address(at);
    if (!address) return fail(Error::BAD_REQUEST, at);
  }
  const auto weak = weak_from_this();
  const auto with = [weak](auto action) {
    if (const auto self = weak.lock()) action(*self);
  };
  const auto progress = [with](PairEvent::Progress::Step step, const std::string& where) {
    with([&](Meeting& self) {
      PairEvent event;
      event.mutable_progress()->set_step(step);
      event.mutable_progress()->set_address(where);
      self.ears_.tell(event);
    });
  };
  net::JoinEvents events;
  events.looking = [progress] { progress(PairEvent::Progress::LOOKING, {}); };
  events.connecting = [progress](const Address& where) { progress(PairEvent::Progress::CONNECTING, where.text()); };
  events.introduced = [weak](const net::Introduced& met) -> net::Conversation {
    if (const auto self = weak.lock()) return self->begin(met, journal::FoundingRole::kJoiner);
    return {[](ByteView) {}, [] { return std::nullopt; }, [] { return net::Conversation::State::kFailed; }, {}};
  };
  events.ended = [with](net::JoinEnd end) { with([&](Meeting& self) { self.join_ended(end); }); };

  if (looks_like_link(invitation)) {
    auto link = crypto::parse_link(invitation);
    if (!link || link->purpose != crypto::PairPurpose::kPartner) return fail(Error::NOT_A_LINK);
    begun_ = house_.switchboard.join(std::move(*link), address, std::move(events));
  } else {
    auto code = crypto::parse_code(invitation);
    if (const auto* mistyped = std::get_if<crypto::MistypedWord>(&code)) {
      return fail(Error::MISTYPED_WORD, mistyped->word, mistyped->nearest);
    }
    if (std::holds_alternative<crypto::NotACode>(code)) return fail(Error::NOT_A_CODE);
    if (!address && !house_.discovery) return fail(Error::NOBODY_FOUND, "discovery is off");
    begun_ = house_.switchboard.join(std::get<crypto::PairCode>(std::move(code)), crypto::PairPurpose::kPartner,
                                     address, std::move(events));
  }
  if (!begun_) fail(Error::WINDOW_OPEN);
}

net::Conversation Meeting::begin(const net::Introduced& met, journal::FoundingRole role) {
  journal::FoundingFacts facts;
  facts.channel_binding = met.channel_binding;
  facts.device = met.device;
  facts.chain = met.introduction.chain;
  facts.name = met.introduction.name;
  facts.paired_by = met.by_link ? "link" : "code";
  facts.journal_name = journal_name_;
  by_link_ = met.by_link;
  words_ = met.words;
  auto founding = std::make_shared<journal::Founding>(house_.shelf, role, std::move(facts));
  founding_ = founding;
  if (role == journal::FoundingRole::kJoiner) {
    PairEvent event;
    event.mutable_progress()->set_step(PairEvent::Progress::WAITING);
    event.mutable_progress()->set_name(founding->other());
    copy_words(words_, event.mutable_progress()->mutable_words());
    ears_.tell(event);
  } else if (accept_anyone_) {
    founding->approve(relationship_);
  } else {
    tell_visitor(met);
  }
  using State = journal::Founding::State;
  return {
      [founding](ByteView message) { founding->receive(message); },
      [founding] { return founding->next(); },
      [founding] {
        switch (founding->state()) {
          case State::kFounded:
            return net::Conversation::State::kDone;
          case State::kDeclined:
          case State::kFailed:
            return net::Conversation::State::kFailed;
          default:
            return net::Conversation::State::kGoing;
        }
      },
      {},
      [founding] { return founding->state() == State::kDeciding || founding->state() == State::kAwaitingApproval; }};
}

void Meeting::decide(bool accept) {
  if (!founding_ || founding_->state() != journal::Founding::State::kDeciding) return;
  if (accept) {
    founding_->approve(relationship_);
  } else {
    founding_->decline();
  }
  house_.switchboard.conversation_moved();
}

void Meeting::leave() {
  over_ = true;
  if (!begun_ || ended_) return;
  if (hosting_) {
    house_.switchboard.close_window();
  } else {
    house_.switchboard.cancel_join();
  }
}

void Meeting::fail(int code, std::string detail, std::vector<std::string> candidates, std::size_t limit) {
  if (over_) return;
  over_ = true;
  Error error;
  error.set_code(static_cast<Error::Code>(code));
  error.set_detail(std::move(detail));
  error.set_limit(static_cast<std::uint32_t>(limit));
  for (auto& candidate : candidates) *error.add_candidates() = std::move(candidate);
  ears_.fail(error);
}

// The visitor's founding has failed or was left; where the cause is with us or with who they are, say so and close.
void Meeting::founding_failed() {
  if (!founding_) return;
  switch (founding_->fault()) {
    case journal::FoundingFault::kAlreadyPaired:
      return fail(Error::ALREADY_PAIRED, founding_->other());
    case journal::FoundingFault::kOwnDevice:
      return fail(Error::OWN_CODE);
    case journal::FoundingFault::kNotStored:
      return fail(Error::NOT_SAVED, founding_->detail());
    case journal::FoundingFault::kViolation:
      return fail(Error::FAILED, founding_->detail());
    case journal::FoundingFault::kNone:
      break;
  }
  founding_.reset();
}

void Meeting::host_ended(net::WindowEnd end) {
  ended_ = true;
  switch (end) {
    case net::WindowEnd::kPaired:
      return tell_paired();
    case net::WindowEnd::kExpired:
      return fail(Error::TIMED_OUT);
    case net::WindowEnd::kCodesBurnt:
      return fail(Error::CODES_BURNT);
    case net::WindowEnd::kClosed:
      return fail(Error::OTHER_SIDE_LEFT);
  }
}

void Meeting::join_ended(net::JoinEnd end) {
  ended_ = true;
  switch (end) {
    case net::JoinEnd::kPaired:
      return tell_paired();
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
      return fail(Error::NOT_SAVED, house_.refusal());
    case net::JoinEnd::kTimedOut:
      return fail(Error::TIMED_OUT);
    case net::JoinEnd::kOtherSideLeft:
    case net::JoinEnd::kCancelled:
      return fail(Error::OTHER_SIDE_LEFT);
    case net::JoinEnd::kFailed:
      founding_failed();
      return fail(Error::DECLINED);  // nothing where founding_failed() has already said why
  }
}

void Meeting::tell_invitation(const net::Invitation& invitation) {
  PairEvent event;
  PairEvent::Window& window = *event.mutable_window();
  window.set_code(invitation.code.text());
  window.set_link(std::string(invitation.link.text()));
  window.set_expires_at(control::moment(invitation.expires));
  for (const auto& address : invitation.addresses) window.add_addresses(address);
  window.set_announced(house_.discovery);
  ears_.tell(event);
}

void Meeting::tell_visitor(const net::Introduced& met) {
  PairEvent event;
  PairEvent::Visitor& visitor = *event.mutable_visitor();
  visitor.set_name(founding_->other());
  visitor.set_device_name(founding_->other_device());
  copy_words(words_, visitor.mutable_words());
  visitor.set_by(met.by_link ? "link" : "code");
  ears_.tell(event);
}

void Meeting::tell_paired() {
  if (over_ || !founding_ || founding_->state() != journal::Founding::State::kFounded) return;
  over_ = true;
  const journal::JournalSecrets& journal = founding_->journal();
  PairEvent event;
  PairEvent::Paired& paired = *event.mutable_paired();
  paired.set_journal(journal.name);
  paired.set_journal_id(hex(journal.id.view()));
  paired.set_name(journal.other);
  paired.set_relationship(journal.relationship);
  copy_words(words_, paired.mutable_words());
  paired.set_by(by_link_ ? "link" : "code");
  ears_.tell(event);
}

}  // namespace duolog
