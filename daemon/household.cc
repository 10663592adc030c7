// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/household.h"

#include <system_error>
#include <utility>

#include "daemon/net/address_book.h"

namespace duolog {
namespace {

constexpr std::size_t kFoldSlice = 512;  // records between two looks at the sockets
constexpr std::chrono::hours kClocksMayDiffer{24};

}  // namespace

Household::Household(std::unique_ptr<store::Database> database, journal::Identity identity, Outside outside)
    : outside_(std::move(outside)),
      database_(std::move(database)),
      log_(*database_, outside_.quota),
      identity_(std::move(identity)),
      memory_(*database_, identity_.keys().local_key("local.state")),
      blobs_(outside_.blobs, outside_.blob_quota),
      view_(outside_.view, identity_.keys().local_key("local.view"), outside_.note),
      shelf_({identity_, log_, memory_, view_, outside_.clock, outside_.zone, &blobs_,
              outside_.restored ? outside_.restored->held() : std::set<JournalId>()},
             {[this](const JournalId& journal) {
                switchboard_.log_grew(journal);
                if (outside_.wrote) outside_.wrote();
                fold_soon();  // its words go into the index when it has been answered
              },
              outside_.news, outside_.heard,
              [this](const JournalId& journal) {
                show_doors();
                switchboard_.log_grew(journal);  // members may be given what they asked for, epochs are to be asked for
              },
              [this](const JournalId& journal, const auto& strangers, const auto& chunks) {
                forgotten(journal, strangers, chunks);
              }}),
      door_(shelf_),
      attachments_(shelf_, blobs_, outside_.eager_bytes,
                   {[this](const JournalId& journal) { switchboard_.log_grew(journal); }, [this] { fold_soon(); }}),
      switchboard_(network_house()) {
  blobs_.make_room = [this] { return shelf_.make_room(blobs_.room_for_own()); };
  shelf_.start();
  attachments_.start();
  show_doors();
  if (shelf_.to_fold() > 0 || shelf_.to_index() > 0) fold_soon();
}

net::Switchboard::House Household::network_house() {
  net::PeerHooks hooks;
  hooks.admits = [this](const JournalId& journal, const crypto::Chain& chain) {
    try_disk_again();
    auto proven = door_.prove(journal, chain);
    const bool is_new = proven && !log_.admitted(journal, proven->device.id());
    if (proven && !door_.admit(journal, chain)) proven.reset();
    if (proven && is_new) fold_soon();  // it came by its chain alone: where whoever let it in is lost, this one does
    return proven;
  };
  hooks.may_stay = [this](const JournalId& journal, const crypto::ProvenDevice& other) {
    return door_.may_talk(journal, other);
  };
  hooks.session = [this](const JournalId& journal, const crypto::ProvenDevice& other) {
    door_.session_began(journal, other.device.id());
    attachments_.session_began(journal);
    return session_hooks(journal, other.device.id());
  };
  hooks.changed = [this](const JournalId& journal, const DeviceId& other) { peer_changed(journal, other); };
  const auto introduction = [this] {
    journal::Introduction self = door_.introduction();
    return net::Introduction{std::move(self.chain), std::move(self.name)};
  };
  return {{identity_.keys(), introduction},
          log_,
          memory_,
          outside_.clock,
          outside_.random,
          std::move(hooks),
          outside_.note,
          outside_.elsewhere};
}

void Household::forgotten(const JournalId& journal, const std::vector<DeviceId>& strangers,
                          const std::vector<ChunkId>& chunks) {
  for (const DeviceId& device : strangers) switchboard_.forget(device);
  attachments_.forget(journal, chunks);
  met_again_.erase(journal);
  if (!outside_.restored || !outside_.restored->holds(journal)) return;
  try {
    outside_.restored->release(journal);
  } catch (const std::system_error& refused) {
    throw store::NotDurable(refused.what());
  }
}

void Household::show_doors() {
  std::vector<net::Doorway> doorways;
  for (const JournalId& id : door_.journals()) {
    net::Doorway& doorway = doorways.emplace_back();
    doorway.journal = id;
    for (const auto& member : door_.members(id)) {
      if (!member.self) doorway.others.push_back(member.device);
    }
    if (identity_.journal(id).awaited) look_for_whom_the_host_knew(doorway);
    doorway.beacons = door_.beacon_keys(id, net::kBeaconEpochs);
  }
  for (auto& candidate : door_.psk_candidates()) {
    const auto doorway = std::find_if(doorways.begin(), doorways.end(),
                                      [&](const net::Doorway& each) { return each.journal == candidate.journal; });
    if (doorway == doorways.end()) continue;
    doorway->psks.push_back(std::move(candidate.psk));
    doorway->onions.push_back(std::move(candidate.onion));
  }
  std::erase_if(connected_, [&](const auto& one) {
    return std::ranges::find(doorways, one.first, &net::Doorway::journal) == doorways.end();
  });
  switchboard_.set_doorways(std::move(doorways));
}

// Of a journal that was handed over nothing is known but who did so, and that one may be gone by now. Where the others
// were it has told; whose devices those are shows when they prove it.
void Household::look_for_whom_the_host_knew(net::Doorway& doorway) {
  const DeviceId& self = identity_.keys().id();
  for (const DeviceId& device : net::AddressBook(memory_).devices()) {
    const bool is_sought = std::ranges::find(doorway.others, device) != doorway.others.end();
    if (device != self && !is_sought && door_.may_be_of(doorway.journal, device)) doorway.others.push_back(device);
  }
}

sync::Chunks Household::session_chunks(const JournalId& journal) {
  sync::Chunks chunks;
  chunks.store = &blobs_;
  chunks.named = [this, journal](const ChunkId& chunk) { return attachments_.named(journal, chunk); };
  chunks.wanted = [this, journal](std::size_t most, std::int64_t& place,
                                  const std::function<bool(const ChunkId&)>& passed) {
    return attachments_.wanted(journal, most, place, passed);
  };
  chunks.first_place = [this, journal] { return attachments_.first_place(journal); };
  chunks.came = [this, journal](const ChunkId& chunk) { attachments_.came(journal, chunk); };
  chunks.is_not_there = [this, journal](const ChunkId& chunk) { attachments_.is_not_there(journal, chunk); };
  return chunks;
}

std::uint32_t Household::chunk_givers(const JournalId& journal) const {
  const auto peers = switchboard_.status();
  return static_cast<std::uint32_t>(std::count_if(
      peers.begin(), peers.end(), [&](const auto& peer) { return peer.journal == journal && peer.gives_chunks; }));
}

sync::Hooks Household::session_hooks(const JournalId& journal, const DeviceId& other) {
  sync::Hooks hooks;
  hooks.stored = [this, journal](const DeviceId& author, std::uint64_t first, std::uint64_t last) {
    shelf_.stored(journal, author, first, last);
    arriving_ = true;
    fold_soon();
  };
  hooks.acknowledged = [this, journal, other](const store::Frontier& frontier) {
    door_.acknowledged(journal, other, frontier);
    heard_of_own_log(journal, frontier);
  };
  hooks.admit = [this, journal](const crypto::Chain& chain) { return door_.admit(journal, chain); };
  hooks.chains = [this, journal] { return door_.chains(journal); };
  hooks.forked = [this, journal](const DeviceId& forked) {
    outside_.note("the log of device " + hex(forked.view()).substr(0, 8) + " has two branches: it is frozen");
    door_.forked(journal, forked);
  };
  hooks.chunks = session_chunks(journal);
  hooks.epochs.wanted = [this, journal] { return door_.epochs_wanted(journal); };
  hooks.epochs.give = [this, journal, other](const EpochId& epoch) { return door_.epoch_for(journal, other, epoch); };
  hooks.epochs.came = [this, journal](std::vector<crypto::EpochSecret> secrets) {
    outside_.note("epochs that were asked for have come: " + std::to_string(secrets.size()));
    door_.epochs_came(journal, std::move(secrets));
    fold_soon();
  };
  return hooks;
}

void Household::fold_soon() {
  if (fold_asked_) return;
  fold_asked_ = true;
  outside_.fold_soon();
}

// The other side has compared its end of our log with ours: where they are the same, nothing of it is there that is not
// here, and what is written from now on cannot fork what was written before the restore.
void Household::heard_of_own_log(const JournalId& journal, const store::Frontier& theirs) {
  if (!outside_.restored || !outside_.restored->holds(journal)) return;
  const DeviceId& self = identity_.keys().id();
  const auto own = log_.head(journal, self);
  for (const store::FrontierEntry& entry : theirs) {
    if (entry.device != self || !own || entry.seq != own->seq || entry.head != own->head) continue;
    met_again_.insert(journal);
    fold_soon();
  }
}

void Household::release(const JournalId& journal) {
  try {
    outside_.restored->release(journal);
  } catch (const std::system_error& refused) {
    throw store::NotDurable(refused.what());
  }
  shelf_.release(journal);
}

// Where the disk refuses it, it is tried again with the next fold, or when somebody wants to write.
void Household::release_met_again() {
  for (auto journal = met_again_.begin(); journal != met_again_.end();) {
    try {
      if (outside_.restored->holds(*journal)) {
        release(*journal);
        outside_.note("restored, and met again: this journal may be written in");
      }
      journal = met_again_.erase(journal);
    } catch (const store::NotDurable& refused) {
      outside_.note("met again, and the disk does not let that be noted: " + std::string(refused.what()));
      ++journal;
    }
  }
}

bool Household::fold() {
  fold_asked_ = false;
  release_met_again();
  if (arriving_) arriving_ = say_what_is_to_come();
  const bool more = shelf_.fold_some(kFoldSlice);
  attachments_.folded();
  if (more) fold_soon();
  return more;
}

// True where something is.
bool Household::say_what_is_to_come() {
  std::map<JournalId, std::uint64_t> to_come;
  for (const auto& peer : switchboard_.status()) to_come[peer.journal] += peer.lacking;
  for (const auto& [journal, records] : to_come) shelf_.expect(journal, records);
  return std::ranges::any_of(to_come, [](const auto& each) { return each.second > 0; });
}

void Household::rest() {
  if (shelf_.to_fold() > 0) return fold_soon();  // what was announced has not come
  if (!shelf_.is_at_rest()) shelf_.rest();
  if (shelf_.to_fold() > 0) fold_soon();  // the view has gone back to the disk
}

// A letter opens by this device's own clock, and not while somebody met lately says another day.
void Household::peer_changed(const JournalId& journal, const DeviceId& other) {
  const auto peers = switchboard_.status();
  shelf_.doubt_clock(std::any_of(peers.begin(), peers.end(), [](const auto& peer) {
    return peer.clock_ahead && std::chrono::abs(*peer.clock_ahead) > kClocksMayDiffer;
  }));
  for (const auto& status : peers) {
    if (status.journal != journal || status.device != other) continue;
    const bool is_here = status.state == net::PeerStatus::State::kConnected;
    const bool was_here = connected_.count({journal, other}) > 0;
    if (is_here == was_here) return;
    if (is_here) {
      connected_.insert({journal, other});
    } else {
      connected_.erase({journal, other});
    }
    if (arriving_) fold_soon();  // what has come will have to do for now
    return outside_.came_or_left(status);
  }
}

void Household::try_disk_again() {
  if (!database_->refusal().empty() && database_->try_again()) outside_.note("the disk takes writes again");
  if (!met_again_.empty()) fold_soon();
}

std::vector<std::string> Household::log_problems() {
  std::vector<std::string> problems;
  for (const auto& damage : log_.damage()) problems.push_back(damage.what);
  const auto look = database_->quick_integrity();
  if (look && !look->empty()) problems.push_back(*look);
  return problems;
}

std::vector<std::string> Household::receives_nothing() {
  std::vector<std::string> reasons;
  if (!database_->refusal().empty()) return reasons;  // that is told by itself
  try {
    for (const JournalId& journal : log_.journals()) {
      const std::string why = log_.why_nothing_is_received(journal);
      if (!why.empty()) reasons.push_back(why);
    }
  } catch (const store::BadDatabase& damaged) {
    reasons.emplace_back(damaged.what());
  }
  return reasons;
}

std::vector<std::string> Household::waits_for() const {
  std::vector<std::string> names;
  for (const journal::JournalSecrets& secrets : identity_.journals())
    if (outside_.restored && outside_.restored->holds(secrets.id) && !secrets.parted) names.push_back(secrets.other);
  return names;
}

void Household::old_device_is_gone() {
  if (!outside_.restored) return;
  for (const journal::JournalSecrets& secrets : identity_.journals()) {
    const bool elsewhere = secrets.shared() && !secrets.unacknowledged;
    if (!elsewhere && outside_.restored->holds(secrets.id)) release(secrets.id);
  }
}

void Household::write_notes_down() {
  try {
    memory_.write_down();
  } catch (const store::NotDurable& refused) {  // they cost no word
    outside_.note(refused.what());
  }
}

void Household::want_again() {
  for (const JournalId& journal : log_.journals()) switchboard_.log_grew(journal);
}

void Household::was_brought(const JournalId& journal, const DeviceId& author, std::uint64_t first, std::uint64_t last) {
  shelf_.stored(journal, author, first, last);
  switchboard_.log_grew(journal);
  fold_soon();
}

bool Household::in_step() const {
  const auto peers = switchboard_.status();
  return std::all_of(peers.begin(), peers.end(), [](const auto& peer) { return peer.in_step; });
}

}  // namespace duolog
