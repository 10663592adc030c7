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

control::Desk::Recovery Device::State::recover_from(const control::RecoverFrom_Begin& asked) {
  for (const std::string* name : {&asked.name(), &asked.device_name()})
    if (name->size() > crypto::kNameLimit) throw journal::Refusal::too_long("name", crypto::kNameLimit);
  refuse_two_at_once();
  const auto entropy = crypto::entropy_from_words(asked.words());
  check(entropy.has_value(), "words were not looked at before they were used");
  make_room_for_a_home();
  std::shared_ptr<Recovering> read;
  try {
    read = std::make_shared<Recovering>(
        home, Recovering::Comer{crypto::RootKeys(*entropy), asked.name(), asked.device_name()}, clock.wall());
  } catch (...) {
    clear_unfinished_joining(home);
    throw;
  }
  recovering = read;
  control::Desk::Recovery recovery;
  recovery.reader = std::shared_ptr<sync::BundleReader>(read, &read->reader());
  recovery.is_shared = [read] { return read->is_shared(); };
  recovery.tell_gaps = [read](control::BundleReport& report) {
    for (const Recovering::Gap& gap : read->gaps()) {
      control::BundleReport::Gap& told = *report.add_gaps();
      told.set_device(gap.device);
      told.set_held(gap.held);
      told.set_begins(gap.begins);
    }
  };
  recovery.move_in = [this, read](const crypto::SecretBytes& passphrase, control::PairEvent& event) {
    if (!read->move_in(passphrase, config.passphrase_cost)) return false;
    open_what_moved_in(passphrase);
    describe_arrived(event);
    const JournalId notebook = open->house.identity().journals().front().id;
    event.mutable_arrived()->set_records(control::count(open->house.log().record_count(notebook)));
    return true;
  };
  return recovery;
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
