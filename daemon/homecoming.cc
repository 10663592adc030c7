// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/homecoming.h"

#include "daemon/journal/own_enrolment.h"
#include "proto/control.pb.h"

namespace duolog {

using State = journal::Homecoming::State;

namespace {

// What somebody is who has their words and this device's fresh keys.
struct Comer {
  crypto::RootKeys root;
  crypto::Chain chain;  // of this device, by the root
  std::string name;
};

std::shared_ptr<Comer> comer_of(const control::Recover& asked) {
  const auto entropy = crypto::entropy_from_words(asked.words());
  check(entropy.has_value(), "words were not looked at before they were used");
  return std::make_shared<Comer>(Comer{crypto::RootKeys(*entropy), {}, asked.name()});
}

net::Conversation conversation_of(const std::shared_ptr<journal::Homecoming>& homecoming) {
  return {[homecoming](ByteView message) { homecoming->receive(message); },
          [homecoming] { return homecoming->next(); },
          [homecoming] {
            switch (homecoming->state()) {
              case State::kGivenBack:
                return net::Conversation::State::kDone;
              case State::kAwaitingReturn:
                return net::Conversation::State::kGoing;
              default:
                return net::Conversation::State::kFailed;
            }
          },
          {},
          [homecoming] { return homecoming->state() == State::kAwaitingReturn; }};
}

void keep(Antechamber& here, const Comer& comer, journal::Returned returned, const crypto::SecretBytes& passphrase,
          crypto::Argon2Cost cost) {
  journal::note_homecoming(here.memory(), returned);
  here.keep({journal::handed_by_words(comer.root, comer.chain, comer.name, returned), {}}, passphrase, cost);
}

}  // namespace

WayIn with_words(const control::Recover& asked, const Clock& clock) {
  const auto comer = comer_of(asked);
  WayIn way;
  way.purpose = crypto::PairPurpose::kRestore;
  way.invitation = asked.invitation();
  way.at = asked.at();
  way.device_name = asked.device_name();
  way.passphrase = crypto::SecretBytes(as_bytes(asked.passphrase()));
  way.enter = [comer, clock, device_name = asked.device_name()](Antechamber& here) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
    const auto created = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now));
    comer->chain = {crypto::certify(comer->root, here.keys().public_keys(), created, device_name)};
    here.introduce_as({comer->chain, comer->name});
  };
  way.talk = [comer](Antechamber& here, const net::Introduced& met, const crypto::SecretBytes& passphrase,
                     crypto::Argon2Cost cost) {
    const auto homecoming = std::make_shared<journal::Homecoming>(
        comer->root, here.keys(), journal::ReadmissionFacts{met.device, met.introduction.chain, met.channel_binding},
        [comer, &here, &passphrase, cost](journal::Returned returned) {
          keep(here, *comer, std::move(returned), passphrase, cost);
        });
    WayIn::Talk talk;
    talk.conversation = conversation_of(homecoming);
    talk.outcome = [homecoming] {
      return WayIn::Outcome{homecoming->state() == State::kGivenBack, homecoming->state() == State::kDeclined,
                            homecoming->fault() == journal::ReadmissionFault::kNotStored, homecoming->detail()};
    };
    return talk;
  };
  return way;
}

}  // namespace duolog
