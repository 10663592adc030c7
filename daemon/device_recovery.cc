// device_recovery.cc: the way back with the 24 words, as the desk serves it at both ends: an empty home becomes that of
// somebody who has lost all devices, and a home gives back what its person shares with such a one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/convert.h"
#include "daemon/device_state.h"
#include "daemon/homecoming.h"
#include "daemon/readmitting.h"
#include "proto/control.pb.h"

namespace duolog {

control::Desk::Pairing Device::State::recover(const control::Recover& asked, MeetingEars ears) {
  for (const std::string* name : {&asked.name(), &asked.device_name()})
    if (name->size() > crypto::kNameLimit) throw journal::Refusal::too_long("name", crypto::kNameLimit);
  return begin_arriving([&] { return with_words(asked, clock); }, [this] { return given_back(); }, std::move(ears));
}

// Nothing but what is shared comes from elsewhere: the notebook begins here.
Fetched Device::State::given_back() const {
  const Household& house = open->house;
  std::map<JournalId, std::uint64_t> lacking;
  std::set<JournalId> whole;
  for (const net::PeerStatus& peer : open->house.switchboard().status()) {
    lacking[peer.journal] = std::max(lacking[peer.journal], peer.lacking);
    if (peer.state == net::PeerStatus::State::kConnected && peer.in_step) whole.insert(peer.journal);
  }
  Fetched fetched;
  fetched.complete = open->house.shelf().to_fold() == 0;
  for (const journal::JournalSecrets& journal : house.identity().journals()) {
    if (!journal.shared()) continue;
    const std::uint64_t have = open->house.log().record_count(journal.id);
    fetched.have = control::count(fetched.have + have);
    fetched.of = control::count(fetched.of + have + lacking[journal.id]);
    fetched.complete = fetched.complete && !journal.awaited && whole.contains(journal.id);
  }
  return fetched;
}

control::Desk::Pairing Device::State::give_back(const control::Pair& asked, MeetingEars ears) {
  Household& house = open->house;
  house.identity().require(crypto::SecretBytes(as_bytes(asked.passphrase())));
  if (was_removed()) throw journal::Refusal(journal::Reason::kRemoved);
  house.try_disk_again();
  return Readmitting::start({house.shelf(), house.switchboard(), config.discovery}, asked.accept_anyone(),
                            std::move(ears));
}

}  // namespace duolog
