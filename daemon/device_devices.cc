// device_devices.cc: a person's devices, as the desk serves them: who they are, one more, one less, and this one's
// becoming one of them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <spdlog/spdlog.h>

#include <set>

#include "daemon/control/convert.h"
#include "daemon/control/devices.h"
#include "daemon/device_state.h"
#include "daemon/journal/journal.h"
#include "daemon/net/address_book.h"
#include "daemon/store/database_copy.h"
#include "daemon/welcoming.h"
#include "proto/control.pb.h"

namespace duolog {
namespace {

std::vector<Address> read_addresses(const std::vector<std::string>& texts) {
  std::vector<Address> addresses;
  for (const std::string& text : texts)
    if (auto address = parse_address(text)) addresses.push_back(std::move(*address));
  return addresses;
}

}  // namespace

void Device::State::furnish_devices() {
  desk.devices.list = [this](control::DeviceReport& report) { list_devices(report); };
  desk.devices.remove = [this](const auto& asked, auto& report) { remove_device(asked, report); };
  desk.devices.add = [this](const control::DeviceAdd& asked, auto tell, auto fail) {
    return add_device(asked, {std::move(tell), std::move(fail)});
  };
  desk.devices.join = [this](const control::DeviceJoin& asked, auto tell, auto fail) {
    return join_device(asked, {std::move(tell), std::move(fail)});
  };
  desk.devices.recover_from = [this](const control::RecoverFrom_Begin& asked) { return recover_from(asked); };
  desk.devices.recover = [this](const control::Recover& asked, auto tell, auto fail) {
    return recover(asked, {std::move(tell), std::move(fail)});
  };
}

// ---- those there are ----

void Device::State::list_devices(control::DeviceReport& report) const {
  const auto rows = open->house.shelf().devices();
  const net::AddressBook book(open->house.local_state());
  std::set<DeviceId> connected;
  for (const net::PeerStatus& peer : open->house.switchboard().status())
    if (peer.state == net::PeerStatus::State::kConnected) connected.insert(peer.device);
  for (const journal::DeviceRow& row : rows) {
    control::OwnDevice& device = *report.add_devices();
    control::fill(device, row, rows);
    device.set_connected(connected.contains(row.id));
    device.set_last_seen(control::moment(book.look_up(row.id).last_seen));
  }
}

bool Device::State::was_removed() const {
  const auto rows = open->house.shelf().devices();
  return std::ranges::any_of(rows, [](const journal::DeviceRow& row) { return row.self && row.removed; });
}

std::vector<std::string> Device::State::unlisted_devices() const {
  std::vector<std::string> names;
  for (const journal::DeviceRow& row : open->house.shelf().devices())
    if (!row.only_in.empty() && !row.removed && !row.self)
      names.push_back(row.name.empty() ? hex(row.id.view()) : row.name);
  return names;
}

// ---- one more ----

// Of everybody who talks here, this device included, where it was reached last.
std::vector<journal::Reach> Device::State::reach() const {
  const net::AddressBook book(open->house.local_state());
  std::vector<journal::Reach> reach{
      {open->house.identity().keys().id(), read_addresses(open->house.switchboard().addresses())}};
  std::set<DeviceId> told{reach.front().device};
  for (const journal::JournalSecrets& journal : open->house.identity().journals()) {
    if (journal.parted) continue;
    for (const journal::LiveMember& member : open->house.door().members(journal.id)) {
      if (!told.insert(member.device).second) continue;
      const auto& page = book.look_up(member.device);
      if (!page.addresses.empty()) reach.push_back({member.device, page.addresses});
    }
  }
  return reach;
}

control::Desk::Pairing Device::State::add_device(const control::DeviceAdd& asked, MeetingEars ears) {
  Household& house = open->house;
  house.identity().require(crypto::SecretBytes(as_bytes(asked.passphrase())));
  if (was_removed()) throw journal::Refusal(journal::Reason::kRemoved);
  house.try_disk_again();
  return Welcoming::start({house.shelf(), house.switchboard(), config.discovery, [this] { return reach(); }},
                          asked.accept_anyone(), std::move(ears));
}

// ---- one less ----

// A name that none of one's own has, and one of the other person's.
void Device::State::refuse_what_is_anothers(const std::vector<journal::DeviceRow>& own, const std::string& name) const {
  if (std::ranges::any_of(own, [&](const journal::DeviceRow& row) { return row.name == name; })) return;
  for (const journal::JournalSecrets& journal : open->house.identity().journals())
    for (const journal::LiveMember& member : open->house.door().members(journal.id))
      if (!member.mine && member.device_name == name)
        throw journal::Refusal(journal::Reason::kNotOwnDevice, member.person);
}

void Device::State::remove_device(const control::DeviceRemove& asked, control::DeviceRemoved& report) {
  Household& house = open->house;
  const auto rows = house.shelf().devices();
  refuse_what_is_anothers(rows, asked.device());
  const journal::DeviceRow& row = control::find_device(rows, asked.device());
  if (row.self) throw journal::Refusal(journal::Reason::kThisDevice);
  control::fill(*report.mutable_device(), row, rows);
  for (const journal::DeviceRow& other : rows)
    if (std::ranges::find(row.enrolled, other.id) != row.enrolled.end() && !other.removed)
      control::fill(*report.add_let_in(), other, rows);
  std::uint64_t records = 0;
  for (const journal::JournalSecrets& journal : house.identity().journals()) {
    if (journal.unacknowledged) continue;
    records += house.log().record_count(journal.id);
    if (asked.look_only() && !journal.parted) report.add_journals(journal.name);
  }
  report.set_records(control::count(records));
  if (asked.look_only()) return;
  house.identity().require(crypto::SecretBytes(as_bytes(asked.passphrase())));
  house.try_disk_again();
  house.shelf().remove_device(row.id);
  for (const journal::Journal* journal : house.shelf().journals()) {  // what is true of them now
    const journal::Membership& members = journal->membership();
    const bool removed = members.removed(house.identity().root().id(), row.id);
    const bool is_out = removed || !members.was_enrolled(row.id);
    if (journal->secrets().parted) continue;
    const bool to_be_read = journal->secrets().awaited || journal->waits_to_be_read();
    if (!removed && (to_be_read || (journal->held() && !is_out))) {
      report.add_waits(journal->secrets().name);
    } else if (is_out && members.current()) {
      report.add_journals(journal->secrets().name);
    }
  }
  for (const Post::Told& mailbox : open->post.told())
    if (!mailbox.addresses.empty()) report.add_mailboxes(mailbox.addresses.front());
  spdlog::info("a device of one's own was removed");
}

// ---- this one becomes one of them ----

control::Desk::Pairing Device::State::join_device(const control::DeviceJoin& asked, MeetingEars ears) {
  if (asked.device_name().size() > crypto::kNameLimit) throw journal::Refusal::too_long("name", crypto::kNameLimit);
  return begin_arriving([&] { return as_own_device(asked); }, [this] { return fetched(); }, std::move(ears));
}

control::Desk::Pairing Device::State::begin_arriving(const std::function<WayIn()>& way,
                                                     std::function<Fetched()> how_far, MeetingEars ears) {
  refuse_two_at_once();
  make_room_for_a_home();
  try {
    arriving = Arriving::begin(
        {io, home, config, clock, [this](std::exception_ptr escaped) { bug = std::move(escaped), stop(); },
         [this](const crypto::SecretBytes& passphrase) { open_what_moved_in(passphrase); },
         [this](control::PairEvent& event) { describe_arrived(event); }, std::move(how_far),
         [this, lives = std::weak_ptr(alive)] {
           if (!lives.expired()) arriving.reset();
         },
         spent_codes},
        way(), std::move(ears));
  } catch (...) {
    clear_unfinished_joining(home);
    throw;
  }
  return {arriving->hold(), [](bool) {}};
}

void Device::State::describe_arrived(control::PairEvent& event) const {
  auto& arrived = *event.mutable_arrived();
  const journal::Identity& identity = open->house.identity();
  arrived.set_name(identity.person());
  arrived.set_device(identity.device());
  arrived.set_id(hex(identity.keys().id().view()));
  arrived.set_locked_by(identity.locked_by() == crypto::VaultMode::kPassphrase ? "passphrase" : "key file");
  for (const journal::DeviceRow& row : open->house.shelf().devices())
    if (!row.self && !row.removed) arrived.add_others(row.name);
}

void Device::State::refuse_two_at_once() const {
  if (is_joining() || keeping.is_restoring()) throw control::HomeInTheMaking();
}

// What an attempt to set up has left goes; a home, or what is left of one, stays.
void Device::State::make_room_for_a_home() {
  if (half_set_up) clear_half_set_up();
  clear_unfinished_joining(home);
  if (std::filesystem::exists(home.database()) && !vault().exists()) {
    refuse_a_log_without_its_vault();
    store::remove_database(home.database());
  }
  if (holds_a_home(home)) throw control::HomeInUse(home.places().data.string());
  keeping.forget_what_lay_here();
}

Fetched Device::State::fetched() const {
  const Household& house = open->house;
  std::map<JournalId, std::uint64_t> lacking;
  std::set<JournalId> whole;
  Fetched fetched;
  for (const net::PeerStatus& peer : open->house.switchboard().status()) {
    lacking[peer.journal] = std::max(lacking[peer.journal], peer.lacking);
    const auto members = house.door().members(peer.journal);
    const bool mine = std::ranges::any_of(
        members, [&](const journal::LiveMember& member) { return member.device == peer.device && member.mine; });
    if (!mine || peer.state != net::PeerStatus::State::kConnected) continue;
    if (peer.in_step) whole.insert(peer.journal);
  }
  fetched.complete = open->house.shelf().to_fold() == 0;
  for (const journal::JournalSecrets& journal : house.identity().journals()) {
    const std::uint64_t have = open->house.log().record_count(journal.id);
    fetched.have = control::count(fetched.have + have);
    fetched.of = control::count(fetched.of + have + lacking[journal.id]);
    if (journal.parted) continue;
    fetched.complete = fetched.complete && !journal.awaited && whole.contains(journal.id);
  }
  return fetched;
}

}  // namespace duolog
