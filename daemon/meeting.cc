// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/meeting.h"

#include "proto/control.pb.h"

namespace duolog {
namespace {

using control::Error;
using control::PairEvent;

bool known_relationship(const std::string& relationship) {
  return relationship == "partner" || relationship == "friend" || relationship == "family";
}

}  // namespace

control::Desk::Pairing Meeting::start(House house, const control::Pair& asked, MeetingEars ears) {
  auto meeting = std::make_shared<Meeting>(std::move(house), asked, std::move(ears));
  if (asked.journal_name().size() > crypto::kNameLimit) {
    meeting->voice_.fail(Error::TOO_LONG, "name", {}, crypto::kNameLimit);
  } else if (asked.invitation().empty()) {
    meeting->host();
  } else {
    meeting->join(asked.invitation(), asked.at());
  }
  return held_at_the_desk(
      meeting, [at = meeting.get()] { at->leave(); }, [at = meeting.get()](bool accept) { at->decide(accept); });
}

Meeting::Meeting(House house, const control::Pair& asked, MeetingEars ears)
    : house_(std::move(house)),
      voice_(std::move(ears)),
      relationship_(asked.relationship().empty() ? "partner" : asked.relationship()),
      journal_name_(asked.journal_name()),
      accept_anyone_(asked.accept_anyone()),
      hosting_(asked.invitation().empty()) {}

void Meeting::host() {
  if (!known_relationship(relationship_)) return voice_.fail(Error::BAD_REQUEST, relationship_);
  HostCalls calls{[this](const net::Introduced& met) { return begin(met, journal::FoundingRole::kHost); },
                  [this] { founding_failed(); }, [this](net::WindowEnd end) { host_ended(end); }};
  begun_ = house_.switchboard.open_window(crypto::PairPurpose::kPartner,
                                          host_events(weak_from_this(), voice_, house_.discovery, std::move(calls)));
  if (!begun_) voice_.fail(Error::WINDOW_OPEN);
}

void Meeting::join(const std::string& invitation, const std::string& at) {
  auto read = read_invitation(voice_, invitation, at, crypto::PairPurpose::kPartner, house_.discovery);
  if (!read) return;
  const auto weak = weak_from_this();
  const auto with = [weak](auto action) {
    if (const auto self = weak.lock()) action(*self);
  };
  net::JoinEvents events;
  events.looking = [with] { with([](Meeting& self) { self.voice_.looking(); }); };
  events.connecting = [with](const Address& where) {
    with([&](Meeting& self) { self.voice_.connecting(where.text()); });
  };
  events.introduced = [weak](const net::Introduced& met) -> net::Conversation {
    if (const auto self = weak.lock()) return self->begin(met, journal::FoundingRole::kJoiner);
    return nobody_talks();
  };
  events.ended = [with](net::JoinEnd end) { with([&](Meeting& self) { self.join_ended(end); }); };

  begun_ = duolog::join(house_.switchboard, std::move(*read), crypto::PairPurpose::kPartner, std::move(events));
  if (!begun_) voice_.fail(Error::WINDOW_OPEN);
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
    voice_.waiting_for(founding->other(), words_);
  } else if (accept_anyone_) {
    founding->approve(relationship_);
  } else {
    voice_.visitor(founding->other(), founding->other_device(), met);
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
  voice_.hush();
  if (!begun_ || ended_) return;
  if (hosting_) {
    house_.switchboard.close_window();
  } else {
    house_.switchboard.cancel_join();
  }
}

// The visitor's founding has failed or was left; where the cause is with us or with who they are, say so and close.
void Meeting::founding_failed() {
  if (!founding_) return;
  switch (founding_->fault()) {
    case journal::FoundingFault::kAlreadyPaired:
      return voice_.fail(Error::ALREADY_PAIRED, founding_->other());
    case journal::FoundingFault::kOwnDevice:
      return voice_.fail(Error::OWN_CODE);
    case journal::FoundingFault::kNotStored:
      return voice_.fail(Error::NOT_SAVED, founding_->detail());
    case journal::FoundingFault::kViolation:
      return voice_.fail(Error::FAILED, founding_->detail());
    case journal::FoundingFault::kNone:
      break;
  }
  founding_.reset();
}

void Meeting::host_ended(net::WindowEnd end) {
  ended_ = true;
  if (end == net::WindowEnd::kPaired) return tell_paired();
  voice_.ended(end);
}

void Meeting::join_ended(net::JoinEnd end) {
  ended_ = true;
  if (end == net::JoinEnd::kPaired) return tell_paired();
  if (end != net::JoinEnd::kFailed) return voice_.ended(end, house_.refusal());
  founding_failed();
  voice_.fail(Error::DECLINED);  // nothing where founding_failed() has already said why
}

void Meeting::tell_paired() {
  if (!founding_ || founding_->state() != journal::Founding::State::kFounded) return;
  const journal::JournalSecrets& journal = founding_->journal();
  PairEvent event;
  PairEvent::Paired& paired = *event.mutable_paired();
  paired.set_journal(journal.name);
  paired.set_journal_id(hex(journal.id.view()));
  paired.set_name(journal.other);
  paired.set_relationship(journal.relationship);
  copy_words(words_, paired.mutable_words());
  paired.set_by(by_link_ ? "link" : "code");
  voice_.tell_last(event);
}

}  // namespace duolog
