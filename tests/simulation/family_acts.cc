// family_acts.cc: what the people of a family do with their devices, and what befalls those.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/journal/journal.h"
#include "tests/simulation/family.h"
#include "tests/simulation/troubles.h"

namespace duolog::simulation {

using std::chrono::minutes;
using std::chrono::seconds;

Family::Member& Family::one_of(std::size_t person) {
  std::vector<Member*> own;
  for (Member& member : members_)
    if (member.person == person) own.push_back(&member);
  return *own[world_.roll(own.size())];
}

std::size_t Family::count(std::size_t person) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      members_, [&](const Member& one) { return one.person == person && !one.removed && !one.lost; }));
}

void Family::act() {
  Member& member = one();
  const std::uint64_t what = world_.roll(12);
  if (what < 4) return write(member);
  if (what < 6) return let_in(member);
  if (what == 6) return world_.run(milliseconds(1 + world_.roll(90'000)));
  if (what == 7) return world_.run(milliseconds(world_.roll(300)));
  if (what == 8 && !member.node->up()) return start(member);
  if (!kinds_.empty()) trouble(kinds_[world_.roll(kinds_.size())]);
}

void Family::trouble(const std::string& kind) {
  Member& member = one();
  if (kind == "removals") {
    Member& other = one_of(member.person);
    if (&other == &member) return;
    return world_.roll(3) == 0 ? remove_each_other(member, other) : remove(member, other);
  }
  if (kind == "rotations") return rotate(member);
  if (kind == "partitions") return part(member, one());
  if (kind == "losses") return lose(member);
  if (kind == "backups") return member.copy.empty() ? back_up(member) : restore(member);
  if (kind == "clones") return clone(member);
  if (kind == "bundles") {
    write_bundle(member);
    take_bundle_in(one());
    return take_bundle_in(one());
  }
  if (kind == "cuts") return cut(world_);
  if (kind == "crashes") return crash(member);
  if (kind == "sleeps") return sleep(member);
  if (member.lost) return;
  if (kind == "disks") return trouble_disk(world_, *member.node);
  if (kind == "clocks") return jump(world_, *member.node);
  if (kind == "darkness") return darken(world_, *member.node);
}

// False: it was refused, or the machine died.
bool Family::as_told(Member& member, const std::function<void(Household&)>& work) {
  bool done = false;
  member.node->in_house([&](Household& house) {
    house.try_disk_again();
    try {
      work(house);
      done = true;
    } catch (const journal::Refusal&) {
      ++tally_.refused;
    } catch (const store::NotDurable&) {
      ++tally_.unknown;
    } catch (const store::BadDatabase&) {
      ++tally_.unknown;
      if (!member.node->disk().dead() && !member.node->disk().troubled()) throw;
    }
  });
  return done && member.node->up();
}

// ---- what they write ----

void Family::write(Member& member) { write(member, world_.roll(3) == 0); }

void Family::write(Member& member, bool is_note) {
  Node& node = *member.node;
  if (!node.awake()) return;
  const std::string text = node.name() + " writes " + std::to_string(written_++);
  Word word{{}, text, &member, is_note, !member.doubtful};
  unsaid_.insert(text);
  const Bytes request = crypto::random_bytes(16);
  const bool saved = as_told(member, [&](Household& house) {
    journal::Draft draft;
    draft.text = text;
    draft.private_entry = is_note;
    word.id = hex(house.shelf().write(draft, request).id.view());
  });
  if (!saved) return;
  ++tally_.saved;
  if (word.binds) unsaid_.erase(text);
  words_.push_back(std::move(word));
}

// ---- who comes and goes ----

void Family::watch(Member& member) {
  member.node->on_note = [this](std::string_view note) {
    if (note.starts_with("epochs that were asked for")) ++tally_.asked;
  };
}

void Family::let_in(Member& host) {
  const std::size_t most = std::min<std::size_t>(journal::kLivePerPerson, 1 + options_.devices);
  if (count(host.person) >= most || !host.node->awake() || members_.size() > 16) return;
  Member& member = members_.emplace_back();
  member.person = host.person;
  member.path.push_back(&host);
  member.path.insert(member.path.end(), host.path.begin(), host.path.end());
  const std::string name = (host.person == 0 ? "Ada" : "Bo") + std::to_string(members_.size());
  member.node = &world_.add(name);
  watch(member);
  if (!member.node->be_let_in(*host.node)) {  // it is nobody's; its place stays empty
    ++tally_.not_let_in;
    member.lost = member.removed = true;
    return;
  }
  ++tally_.let_in;
  member.removed = !host.node->up() || host.node->disk().troubled();  // perhaps: it may not know that it arrived
  start(member);
}

void Family::remove(Member& member, Member& other) {
  const bool is_last = count(member.person) < 2 && !other.lost;
  if (!member.node->awake() || is_last || other.node->device() == DeviceId{}) return;
  if (other.node->device() == member.node->device()) return;
  remove_by(member, other);
}

// Where that was refused nothing has become of it; else, also where the machine died, perhaps.
void Family::remove_by(Member& member, Member& other) {
  world_.story(member.node->name() + " removes " + other.node->name());
  const std::uint64_t refused = tally_.refused;
  as_told(member, [&](Household& house) {
    try {
      house.shelf().remove_device(other.node->device());
    } catch (const journal::Refusal& refusal) {
      if (refusal.reason != journal::Reason::kNotRemoved) throw;
    }
  });
  if (tally_.refused != refused) return;
  ++tally_.removed;
  for (Member& one : members_)  // its copies too
    one.removed = one.removed || one.node->device() == other.node->device();
}

void Family::remove_each_other(Member& one, Member& other) {
  if (!one.node->awake() || !other.node->awake() || one.node->device() == other.node->device()) return;
  ++tally_.mutual;
  world_.network().set_apart(*one.node, *other.node, true);
  remove_by(one, other);
  remove_by(other, one);
}

void Family::rotate(Member& member) {
  if (!member.node->awake()) return;
  as_told(member, [&](Household& house) {
    const JournalId id = world_.roll(2) == 0 ? shared_ : house.identity().journals().front().id;
    journal::Journal* journal = house.shelf().by_id(id);
    if (journal == nullptr || !journal->can_write()) return;
    journal->replace_epoch();
    house.switchboard().log_grew(id);
  });
}

// ---- what befalls them ----

void Family::part(Member& one, Member& other) {
  if (&one != &other) world_.network().set_apart(*one.node, *other.node, world_.roll(3) != 0);
}

void Family::crash(Member& member) {
  Node& node = *member.node;
  if (member.lost) return;
  const auto kept = static_cast<Disk::Kept>(world_.roll(3));
  if (!node.up()) return start(member);
  switch (world_.roll(4)) {
    case 0:
      if (node.awake()) node.stop();
      world_.run(milliseconds(world_.roll(30'000)));
      return start(member);
    case 1:
      node.die(kept);
      if (world_.roll(2) == 0) start(member);
      return;
    default:
      return node.disk().die_in(static_cast<int>(1 + world_.roll(world_.roll(2) == 0 ? 6 : 60)));
  }
}

void Family::start(Member& member) {
  if (member.lost || member.node->up()) return;
  member.heard_gone.clear();
  member.node->start();
  world_.settle();
}

void Family::sleep(Member& member) {
  if (!member.node->up()) return;
  member.node->sleep();
  const milliseconds lengths[] = {seconds(1), seconds(40), minutes(5), minutes(100)};
  world_.run(lengths[world_.roll(std::size(lengths))]);
  member.node->wake(world_.roll(4) != 0);
}

// The last of a person's devices is never lost: nobody would be left to ask.
void Family::lose(Member& member) {
  if (member.lost || count(member.person) < 2) return;
  world_.story(member.node->name() + " is lost");
  ++tally_.lost;
  if (member.node->up()) member.node->die(Disk::Kept::kKill);
  member.lost = true;
  for (Word& word : words_) {
    if (word.by != &member) continue;
    word.binds = false;
    unsaid_.insert(word.text);
  }
}

// ---- copies of a disk ----

void Family::forgive_since(Member& member, std::uint64_t number) {
  for (std::size_t i = number; i < words_.size(); ++i) {
    if (words_[i].by->node->device() != member.node->device()) continue;
    words_[i].binds = false;
    unsaid_.insert(words_[i].text);
  }
}

void Family::back_up(Member& member) {
  if (member.lost || !member.node->awake()) return;
  member.node->stop();
  member.copy = copies_ / member.node->name();
  member.node->copy_to(member.copy);
  member.copied_at = words_.size();
  start(member);
}

void Family::restore(Member& member) {
  if (member.lost) return;
  ++tally_.restored;
  world_.story(member.node->name() + " is restored");
  if (member.node->up()) member.node->die(Disk::Kept::kKill);
  member.node->take_copy(member.copy, true);
  member.copy.clear();
  member.doubtful = true;
  member.written.clear();
  forgive_since(member, member.copied_at);
  start(member);
}

void Family::clone(Member& member) {
  const bool one_is_enough = std::ranges::any_of(members_, [](const Member& one) { return one.doubtful; });
  if (member.lost || one_is_enough || !member.node->awake() || members_.size() > 16) return;
  ++tally_.cloned;
  member.node->stop();
  Member& twin = members_.emplace_back();
  twin.person = member.person;
  twin.path = member.path;
  twin.removed = member.removed;
  member.doubtful = twin.doubtful = true;
  twin.node = &world_.add(member.node->name() + "'s twin");
  watch(twin);
  const auto copy = copies_ / twin.node->name();
  member.node->copy_to(copy);
  twin.node->take_copy(copy, false);
  twin.written = member.written;
  start(member);
  start(twin);
}

}  // namespace duolog::simulation
