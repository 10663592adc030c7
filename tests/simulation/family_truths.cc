// family_truths.cc: what must be true of a family after each step, and in the end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/journal/journal.h"
#include "tests/simulation/family.h"

namespace duolog::simulation {
namespace {

std::string label(const Node& node) { return node.name() + ": "; }

// Whose removals this device has read, of devices of either person, as far as it is told by this journal.
std::set<DeviceId> gone_in(const journal::Journal& journal) {
  std::set<DeviceId> gone;
  for (const crypto::RootPublic& root : journal.secrets().genesis.roots())
    for (const auto& [device, cut] : journal.membership().removed_of(root.id())) gone.insert(device);
  return gone;
}

}  // namespace

// ---- after each step ----

void Family::look() {
  for (Member& member : members_) {
    if (!member.node->awake()) continue;
    own_words_are_there(member);
    nothing_is_there_twice_or_unheard_of(member);
    only_copies_are_frozen(member);
    note_what_was_sealed(member);
  }
  for (Member& member : members_)
    if (member.node->up()) nobody_removed_has_a_key(member);
  expect(seals_.repeated() == 0, "a key was used twice with one nonce");
}

std::vector<JournalId> Family::journals_of(const Member& member) const {
  return {member.node->household().identity().journals().front().id, shared_};
}

void Family::own_words_are_there(Member& member) {
  for (const bool is_note : {false, true}) {
    std::set<std::string> here;
    for (const auto& line : member.node->entries(is_note)) here.insert(line.id);
    for (const Word& word : words_)
      if (word.by == &member && word.is_note == is_note && word.binds)
        expect(here.contains(word.id), label(*member.node) + "\"" + word.text + "\" was saved and is gone");
  }
}

void Family::nothing_is_there_twice_or_unheard_of(Member& member) {
  std::set<std::string> seen;
  for (const bool is_note : {false, true}) {
    for (const auto& line : member.node->entries(is_note)) {
      expect(seen.insert(line.text).second, label(*member.node) + "\"" + line.text + "\" is there twice");
      const auto word = std::ranges::find(words_, line.id, &Word::id);
      const bool is_known = word != words_.end() && word->text == line.text && word->is_note == is_note;
      expect(is_known || unsaid_.contains(line.text),
             label(*member.node) + "\"" + line.text + "\" was never written like that");
    }
  }
}

bool Family::was_copied(const DeviceId& device) const {
  return std::ranges::any_of(members_, [&](const Member& one) { return one.doubtful && one.node->device() == device; });
}

void Family::only_copies_are_frozen(Member& member) {
  store::SealedLog& log = member.node->household().log();
  for (const JournalId& journal : journals_of(member))
    for (const Member& other : members_)
      if (log.frozen(journal, other.node->device()))
        expect(was_copied(other.node->device()), label(*member.node) + "has " + other.node->name() + " frozen");
  expect(log.damage().empty(), label(*member.node) + "the log is damaged");
}

// What this device has sealed since the last look, and of whom it had read then that they are removed: those must never
// have what opens it. Where the notebook knew it and the journal did not, the record that says so goes first.
void Family::note_what_was_sealed(Member& member) {
  Household& house = member.node->household();
  const DeviceId& self = member.node->device();
  const std::vector<JournalId> journals = journals_of(member);
  for (const JournalId& id : journals) {
    const journal::Journal* journal = house.shelf().by_id(id);
    if (journal == nullptr) continue;
    const auto head = house.log().head(id, self);
    const std::set<DeviceId> elsewhere = member.heard_gone[id == shared_ ? journals[0] : shared_];
    for (std::uint64_t seq = member.written[id] + 1; head && seq <= head->seq; ++seq) {
      const auto heads = house.log().read_heads(id, self, seq, 1);
      const auto header = heads.empty() ? std::nullopt : crypto::decode_header(heads.front());
      if (!header || header->kind == crypto::RecordKind::kEpoch) continue;
      for (const DeviceId& gone : member.heard_gone[id]) forbidden_[{id, gone}].insert(header->epoch);
      if (header->kind == crypto::RecordKind::kMembership) continue;
      for (const DeviceId& gone : elsewhere)
        if (journal->membership().was_enrolled(gone)) forbidden_[{id, gone}].insert(header->epoch);
    }
    member.written[id] = head ? head->seq : 0;
  }
  for (const JournalId& id : journals)
    if (const journal::Journal* journal = house.shelf().by_id(id)) member.heard_gone[id] = gone_in(*journal);
}

void Family::nobody_removed_has_a_key(Member& member) {
  journal::Identity& identity = member.node->household().identity();
  for (const auto& [of, epochs] : forbidden_) {
    if (of.second != member.node->device() || !identity.has(of.first)) continue;
    for (const EpochId& epoch : epochs)
      expect(identity.journal(of.first).epoch(epoch) == nullptr,
             label(*member.node) + "was removed, and opens what was sealed by one who knew it, under " +
                 hex(epoch.view()).substr(0, 8));
  }
}

// ---- in the end ----

bool Family::is_frozen_anywhere(const DeviceId& device) {
  return std::ranges::any_of(members_, [&](Member& one) {
    if (!one.node->up()) return false;
    const auto journals = journals_of(one);
    return std::ranges::any_of(journals,
                               [&](const JournalId& id) { return one.node->household().log().frozen(id, device); });
  });
}

// Another machine goes on from its disk.
bool Family::has_twin(const Member& member) const {
  return std::ranges::any_of(members_, [&](const Member& other) {
    return &other != &member && !other.lost && other.node->up() && other.node->device() == member.node->device();
  });
}

// Of its person, and in a notebook.
bool Family::nobody_else_is_there(const Member& member) {
  return std::ranges::none_of(members_, [&](Member& other) {
    return &other != &member && other.person == member.person && !other.lost && !other.removed && other.node->up() &&
           !other.node->household().identity().journals().front().awaited;
  });
}

// Whoever let it in is removed before the log came from there, perhaps before anybody had heard of it; or is lost, and
// was the only one: then the 24 words are the way.
bool Family::is_orphan(Member& member) {
  return member.node->up() && member.node->household().identity().journals().back().awaited &&
         std::ranges::any_of(member.path,
                             [&](Member* one) { return one->removed || (one->lost && nobody_else_is_there(member)); });
}

// Nothing is wrong with it, nor with those who let it in. (Of two that go on from one disk each is where the other is
// not: as long as no branch has met another one nobody can know that they are two.)
bool Family::must_be_there(Member& member) {
  if (is_orphan(member) || has_twin(member)) return false;
  const auto is_sound = [this](Member& one) { return !one.removed && !is_frozen_anywhere(one.node->device()); };
  return !member.lost && is_sound(member) &&
         std::ranges::all_of(member.path, [&](Member* one) { return is_sound(*one); });
}

// Words of a device that has two branches differ above where they part.
std::vector<std::string> Family::shown(Member& member, bool is_note) {
  std::vector<std::string> all;
  for (const auto& line : member.node->entries(is_note)) {
    const auto word = std::ranges::find_if(
        words_, [&](const Word& one) { return one.text == line.text && (one.id == line.id || one.by->doubtful); });
    const bool may_differ = word != words_.end() && !word->binds && is_frozen_anywhere(word->by->node->device());
    const bool is_unsaid = word == words_.end() && unsaid_.contains(line.text);
    if (!may_differ && !(is_unsaid && options_.clones + options_.backups > 0)) all.push_back(line.text);
  }
  return all;
}

bool Family::agree(const std::vector<Member*>& members, bool is_note) {
  if (members.empty()) return true;
  const auto id_of = [&](Member& one) { return is_note ? journals_of(one).front() : shared_; };
  const auto journal_of = [&](Member& one) { return one.node->household().shelf().by_id(id_of(one)); };
  const journal::Journal* first = journal_of(*members.front());
  const auto words = shown(*members.front(), is_note);
  return first != nullptr && std::ranges::all_of(members, [&](Member* one) {
           const journal::Journal* journal = journal_of(*one);
           return journal != nullptr && journal->membership().meta() == first->membership().meta() &&
                  journal->membership().current() == first->membership().current() && shown(*one, is_note) == words &&
                  journal->can_write() != journal->held();
         });
}

// Those whose shared journal has the same live set, which is they themselves: everybody of whom that can be so.
std::vector<Family::Member*> Family::who_agree() {
  std::map<std::vector<DeviceId>, std::vector<Member*>> by_view;
  for (Member& member : members_) {
    if (member.lost || !member.node->awake()) continue;
    const journal::Journal* journal = member.node->household().shelf().by_id(shared_);
    const auto live = journal != nullptr ? journal->membership().live() : std::vector<DeviceId>();
    if (std::ranges::binary_search(live, member.node->device())) by_view[live].push_back(&member);
  }
  std::vector<Member*> most;
  for (const auto& [live, members] : by_view) {
    const bool all = std::ranges::all_of(members_, [&](Member& one) {
      const bool is_in = std::ranges::binary_search(live, one.node->device());
      return !is_in || one.lost || is_orphan(one) || has_twin(one) || std::ranges::find(members, &one) != members.end();
    });
    if (all && members.size() > most.size()) most = members;
  }
  return most;
}

bool Family::all_agree() {
  const std::vector<Member*> members = who_agree();
  const bool all = std::ranges::all_of(
      members_, [&](Member& one) { return !must_be_there(one) || std::ranges::find(members, &one) != members.end(); });
  std::vector<Member*> alone = members;
  std::erase_if(alone, [this](Member* one) { return has_twin(*one); });
  if (!all || !agree(alone, false)) return false;  // where everybody's log is torn nobody is left
  for (const std::size_t person : {0U, 1U}) {
    std::vector<Member*> own;
    std::ranges::copy_if(members, std::back_inserter(own), [&](Member* one) {
      const bool waits_for_nobody =
          one->node->household().identity().journals().front().awaited && nobody_else_is_there(*one);
      return one->person == person && !has_twin(*one) && !waits_for_nobody &&
             !is_frozen_anywhere(one->node->device());  // a copy's may be in the notebook alone
    });
    if (!agree(own, true)) return false;
  }
  return true;
}

bool Family::there_are_epochs() {
  return std::ranges::all_of(who_agree(), [this](Member* one) {
    return has_twin(*one) || one->node->household().shelf().by_id(shared_)->membership().current().has_value();
  });
}

std::string Family::what_differs() {
  std::string all;
  const std::vector<Member*> members = who_agree();
  for (Member& member : members_) {
    if (member.lost) continue;
    all += "\n    " + member.node->name() + (must_be_there(member) ? " (sound)" : "");
    if (std::ranges::find(members, &member) != members.end()) all += " (agrees)";
    if (!member.node->awake()) continue;
    const auto name_of = [this](const DeviceId& device) {
      const auto who = std::ranges::find(members_, device, [](const Member& one) { return one.node->device(); });
      return " " + (who != members_.end() ? who->node->name() : hex(device.view()).substr(0, 4));
    };
    for (const JournalId& id : journals_of(member)) {
      const journal::Journal* journal = member.node->household().shelf().by_id(id);
      if (journal == nullptr) continue;
      const auto current = journal->membership().current();
      all += id == shared_ ? ", shared:" : ", notebook:";
      for (const DeviceId& live : journal->membership().live()) all += name_of(live);
      for (const net::PeerStatus& peer : member.node->household().switchboard().status())
        if (peer.journal == id && peer.state == net::PeerStatus::State::kConnected)
          all += " ~" + name_of(peer.device) + (peer.in_step ? " in step" : "");
      all += " holding";
      for (const store::FrontierEntry& entry : member.node->household().log().frontier(id))
        all += name_of(entry.device) + ":" + std::to_string(entry.seq);
      all += " under " + (current ? hex(current->view()).substr(0, 8) : "none") + ", " +
             std::to_string(shown(member, id != shared_).size()) + " words" + (journal->held() ? ", held" : "") +
             (journal->secrets().awaited ? ", awaited" : "") + (journal->can_write() ? "" : ", cannot write");
    }
  }
  return all;
}

void Family::all_words_are_everywhere() {
  const std::vector<Member*> members = who_agree();
  tally_.live = members.size();
  for (const std::size_t person : {0U, 1U})
    tally_.most = std::max<std::uint64_t>(
        tally_.most, static_cast<std::uint64_t>(std::ranges::count(members, person, &Member::person)));
  for (const Member& one : members_) tally_.frozen += is_frozen_anywhere(one.node->device()) ? 1 : 0;
  expect(there_are_epochs(), "there is no epoch in the end");
  for (Member* member : members) {
    if (has_twin(*member)) continue;
    const bool is_copy = is_frozen_anywhere(member->node->device());
    for (const bool is_note : {false, true}) {
      std::set<std::string> here;
      for (const auto& line : member->node->entries(is_note)) here.insert(line.id);
      for (const Word& word : words_) {
        const bool from_here = std::ranges::find(members, word.by) != members.end();
        const bool is_ours = !word.is_note || word.by->person == member->person;
        if (word.is_note == is_note && word.binds && from_here && is_ours && !(is_note && is_copy))
          expect(here.contains(word.id), label(*member->node) + "\"" + word.text + "\" never came");
      }
    }
  }
}

// A ping each 15 s each way; and whoever calls, as those do who were removed and two that go on from one disk, costs a
// handshake and a comparison. Messages that go round with nothing to say would be more than that.
void Family::they_fall_silent() {
  constexpr std::uint64_t kPings = 2 * 600 / 15;
  constexpr std::uint64_t kOfOneMeeting = 16;
  const Network::Tally before = world_.network().tally();
  std::size_t cables = world_.network().open_cables();
  world_.run(std::chrono::minutes(10));
  cables = std::max(cables, world_.network().open_cables());
  const Network::Tally& after = world_.network().tally();
  const std::uint64_t messages = after.messages - before.messages;
  const std::uint64_t meetings = after.connections - before.connections;
  tally_.messages = messages;
  tally_.pings = kPings * cables;
  expect(messages <= kPings * cables + kOfOneMeeting * (meetings + members_.size()),
         "where nothing is left to say " + std::to_string(messages) + " things were said in ten minutes, by " +
             std::to_string(cables) + " connections and " + std::to_string(meetings) + " meetings");
}

// All there is reaches whoever was removed, in some way: as a partner could hand it on. It asks, too.
void Family::slip(Member& from, Member& to, const JournalId& id) {
  Household& giver = from.node->household();
  Household& taker = to.node->household();
  if (taker.shelf().by_id(id) == nullptr) return;
  taker.try_disk_again();
  journal::Door door(taker.shelf());
  for (const crypto::Chain& chain : giver.door().chains(id)) door.admit(id, chain);
  for (const store::FrontierEntry& entry : giver.log().frontier(id)) {
    const auto held = taker.log().head(id, entry.device);
    for (std::uint64_t at = (held ? held->seq : 0) + 1; at <= entry.seq;) {
      const auto run = giver.log().read_run(id, entry.device, at);
      if (run.empty()) break;
      const auto accepted = taker.log().accept(id, entry.device, at, run);
      if (accepted.verdict != store::Accepted::Verdict::kStored) break;
      taker.shelf().stored(id, entry.device, accepted.first, accepted.last);
      at += run.size();
    }
  }
  while (taker.shelf().fold_some()) {
  }
  std::vector<crypto::EpochSecret> given;
  for (const EpochId& epoch : door.epochs_wanted(id))
    if (const auto* secret = giver.door().epoch_for(id, to.node->device(), epoch)) given.push_back(secret->clone());
  door.epochs_came(id, std::move(given));
  while (taker.shelf().fold_some()) {
  }
}

// Who has heard of it holds no session with it.
void Family::removed_ones_are_left_alone(const std::vector<Member*>& members) {
  for (Member& member : members_) {
    if (!member.node->awake() || std::ranges::find(members, &member) != members.end()) continue;
    for (const net::PeerStatus& peer : member.node->household().switchboard().status()) {
      if (peer.state != net::PeerStatus::State::kConnected) continue;
      for (Member* one : members)
        expect(one->node->device() != peer.device || !one->heard_gone[shared_].contains(member.node->device()),
               label(*member.node) + "was removed, and talks with " + one->node->name());
    }
  }
}

void Family::removed_ones_read_nothing_new() {
  world_.run(std::chrono::minutes(1));
  const std::vector<Member*> members = who_agree();
  removed_ones_are_left_alone(members);
  for (const auto& [of, epochs] : forbidden_) tally_.forbidden += epochs.size();
  for (Member& member : members_) {
    if (!member.node->up() || std::ranges::find(members, &member) != members.end()) continue;
    for (const JournalId& id : journals_of(member))
      for (Member* from : members)
        if (id == shared_ || from->person == member.person) slip(*from, member, id);
    nobody_removed_has_a_key(member);
  }
}

}  // namespace duolog::simulation
