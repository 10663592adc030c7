// Two sessions over two real logs, and a script that plays the line and both liars: carries, damages, doubles, delays
// and swallows messages, says anything in either's name, writes, loses bodies, cuts the connection. Whatever happened:
// what is held is a sound chain and only grows, a session that has ended is silent, and two honest sessions afterwards
// fall silent in bounded time with equal logs (but for what is forked).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <google/protobuf/stubs/logging.h>

#include <deque>

#include "crypto/noise.h"
#include "tests/fuzz/script.h"
#include "tests/unit/sync/homes.h"

using namespace duolog;
using namespace duolog::sync;
using fuzz::must;
using sync::testing::Home;
using sync::testing::people;

namespace {

constexpr std::size_t kSteps = 96;
constexpr std::size_t kHealing = 3000;  // messages until two honest sides are quiet, at most

const crypto::DeviceKeys& author(std::size_t n) {
  switch (n % 4) {
    case 0:
      return people().laptop;
    case 1:
      return people().desk;
    case 2:
      return people().phone;
    default:
      return people().stranger;
  }
}

// Attachments of the journal: Ada has the first of them, Bo the others, and both want all.
constexpr std::size_t kChunks = 5;
constexpr std::size_t kOfAda = 2;
Bytes chunk(std::size_t n) { return Bytes(40 + n % kChunks, static_cast<std::uint8_t>(n % kChunks)); }
ChunkId chunk_id(std::size_t n) { return crypto::chunk_id(chunk(n)); }

// And epochs: Ada knows the first of them, Bo the others; each gives the even ones, and takes what it lacks.
constexpr std::size_t kEpochs = 6;
const crypto::EpochSecret& epoch(std::size_t n) {
  static const std::vector<crypto::EpochSecret> all = [] {
    std::vector<crypto::EpochSecret> made;
    for (std::size_t i = 0; i < kEpochs; ++i)
      made.push_back(*crypto::EpochSecret::from(Bytes(32, static_cast<std::uint8_t>(i + 1))));
    return made;
  }();
  return all[n % kEpochs];
}
EpochId epoch_id(std::size_t n) { return crypto::epoch_id(people().journal, epoch(n)); }

// One end: its home, its session, what it has on the way, and everything it ever said.
struct End {
  End(const crypto::DeviceKeys& self, std::size_t first, std::size_t last) : home(self) {
    for (std::size_t n = first; n < last; ++n) blobs.put_own(chunk_id(n), chunk(n));
    for (std::size_t n = first; n < std::min(last, kEpochs); ++n) known.insert(epoch_id(n));
  }
  Epochs epochs() {
    Epochs epochs;
    epochs.wanted = [this] {
      std::vector<EpochId> wanted;
      for (std::size_t n = 0; n < kEpochs; ++n)
        if (!known.contains(epoch_id(n))) wanted.push_back(epoch_id(n));
      return wanted;
    };
    epochs.give = [this](const EpochId& wanted) -> const crypto::EpochSecret* {
      for (std::size_t n = 0; n < kEpochs; n += 2)
        if (epoch_id(n) == wanted && known.contains(wanted)) return &epoch(n);
      return nullptr;
    };
    epochs.came = [this](const std::vector<crypto::EpochSecret>& secrets) {
      for (const crypto::EpochSecret& one : secrets)
        must(known.insert(crypto::epoch_id(people().journal, one)).second, "an epoch came that was known");
      must(known.size() <= kEpochs, "an epoch came that nobody lacked");
    };
    return epochs;
  }
  [[nodiscard]] bool has_every_chunk() const { return blobs.count() == kChunks; }
  Chunks chunks() {
    Chunks chunks;
    chunks.store = &blobs;
    chunks.named = [](const ChunkId& wanted) {
      for (std::size_t n = 0; n < kChunks; ++n)
        if (chunk_id(n) == wanted) return true;
      return false;
    };
    chunks.wanted = [this](std::size_t most, std::int64_t& place, const std::function<bool(const ChunkId&)>& passed) {
      std::vector<ChunkId> chosen;
      for (; place < static_cast<std::int64_t>(kChunks) && chosen.size() < most; ++place) {
        const ChunkId id = chunk_id(static_cast<std::size_t>(place));
        if (!blobs.has(id) && !passed(id)) chosen.push_back(id);
      }
      return chosen;
    };
    return chunks;
  }
  void begin(const End& other) {
    Hooks hooks = home.hooks();
    hooks.chunks = chunks();
    hooks.epochs = epochs();
    session = std::make_unique<Session>(home.log(), home.facts(other.home.id()), std::move(hooks));
    session->start();
    way.clear();
  }
  void pull() {
    while (way.size() < 8) {
      auto message = session->next();
      if (!message) return;
      must(message->size() <= crypto::kMessageLimit, "a message is too long for the channel");
      said.push_back(*message);
      if (said.size() > 64) said.pop_front();
      way.push_back(std::move(*message));
    }
  }
  void hear(ByteView message) {
    const Parting before = session->reason();
    session->receive(message);
    must(before == Parting::kNone || session->reason() == before, "a session ends twice");
    const bool silent = session->reason() == Parting::kViolation || session->reason() == Parting::kRefusedRun ||
                        session->reason() == Parting::kTheyLeft;
    must(!silent || !session->next(), "a session that has ended in silence speaks");
    must(session->reason() != Parting::kViolation || !session->detail().empty(), "a violation has no reason");
    must(session->their_reason() == Parting::kNone || session->reason() != Parting::kNone, "they left, and it goes on");
    const bool quiet = session->unacknowledged() == 0 && session->lacking() == 0 && !session->has_next();
    must(quiet || !session->in_step(), "in step, and something is owed");
  }

  Home home;
  sync::testing::Folder folder;
  store::Blobs blobs{folder.path() / "blobs", {.free_for_others = 0, .free_for_own = 0}};
  std::set<EpochId> known;
  std::unique_ptr<Session> session;
  std::deque<Bytes> way;
  std::deque<Bytes> said;
};

class World {
 public:
  World() {
    ada.begin(bo);
    bo.begin(ada);
  }

  void play(fuzz::Script& script) {
    prepare(script.byte());
    for (std::size_t step = 0; step < kSteps && !script.over(); ++step) {
      const std::uint8_t what = script.byte();
      End& from = what % 2 == 0 ? ada : bo;
      End& to = what % 2 == 0 ? bo : ada;
      act(script, what / 2 % 16, from, to);
    }
    check_chains(ada);
    check_chains(bo);
    heal();
  }

 private:
  // What the two hold before they meet.
  void prepare(std::uint8_t how) {
    if ((how & 1) != 0) ada.home.write(3);
    if ((how & 2) != 0) bo.home.write(2);
    if ((how & 4) != 0) ada.home.admit(people().phone);
    if ((how & 8) != 0) {
      crypto::ChainPosition at{1, crypto::first_prev(people().journal, people().laptop.id())};
      const auto run = sync::testing::write_run(people().laptop, at, 2);  // a clone's, or simply hers
      bo.home.log().accept(people().journal, people().laptop.id(), 1, run);
    }
    if ((how & 16) != 0 && ada.home.held(people().laptop) > 0) ada.home.lose_body(people().laptop, 1);
    if ((how & 32) != 0) {
      bo.home.log().accept(people().journal, people().laptop.id(), 1, ada.home.records(people().laptop));
      if (bo.home.held(people().laptop) > 0) bo.home.lose_body(people().laptop, 1);
    }
    if ((how & 64) != 0) {
      const auto careless = sync::testing::careless_run(people().desk, 5);
      ada.home.log().accept(people().journal, people().desk.id(), 1, careless);
    }
    ada.begin(bo);
    bo.begin(ada);
  }

  void act(fuzz::Script& script, int what, End& from, End& to) {
    from.pull();
    switch (what) {
      case 0:
      case 1:
        return carry(from, to);
      case 2:
        for (int i = 0; i < 8; ++i) carry(from, to), carry(to, from);
        return;
      case 3: {
        if (from.way.empty()) return;
        fuzz::damage(script, from.way.front());
        return carry(from, to);
      }
      case 4:
        if (!from.way.empty()) from.way.pop_front();
        return;
      case 5:  // again, or out of turn, or back to its sender
        if (from.said.empty()) return;
        return (script.byte() % 4 == 0 ? from : to).hear(Bytes(from.said[script.below(from.said.size())]));
      case 6:
        return to.hear(script.chunk());
      case 7:
        return lie(script, to);
      case 8:
        return change(script, from, to);
      case 9:
        if (from.home.frozen(from_keys(from))) return;
        from.home.write(1 + script.below(3), script.byte());
        return from.session->log_grew();
      case 10:  // cut
        ada.begin(bo);
        return bo.begin(ada);
      case 11:
        return script.byte() % 4 == 0 ? from.session->part(Parting::kStopping) : from.session->ping();
      case 12: {
        const auto& device = author(script.byte());
        const std::uint64_t held = from.home.held(device);
        if (held > 0 && is_event(from, device, 1)) from.home.lose_body(device, 1);
        return from.session->log_grew();
      }
      case 13:
        from.home.admits = script.byte() % 2 == 0;
        return;
      case 14:
        from.home.admit(author(script.byte()));
        return from.session->log_grew();
      default:
        return branch(script, to);
    }
  }

  static const crypto::DeviceKeys& from_keys(const End& end) { return people().keys_of(end.home.id()); }
  static bool is_event(End& end, const crypto::DeviceKeys& device, std::uint64_t seq) {
    const auto heads = end.home.log().read_heads(people().journal, device.id(), seq, 1);
    if (heads.empty()) return false;
    const auto header = crypto::decode_header(heads[0]);
    return header && header->kind == crypto::RecordKind::kEvent;
  }

  void carry(End& from, End& to) {
    from.pull();
    if (from.way.empty()) return;
    const Bytes message = std::move(from.way.front());
    from.way.pop_front();
    to.hear(message);
  }

  // ---- an authenticated liar: well-formed, and untrue in what the script says ----

  static store::FrontierEntry entry(fuzz::Script& script, const Home& home) {
    const auto& device = author(script.byte());
    const std::uint64_t seq = number(script);
    store::FrontierEntry made{device.id(), seq, RecordId{{script.byte()}}};
    const auto head = const_cast<Home&>(home).log().id_at(people().journal, device.id(), seq);
    if (head && script.byte() % 4 != 0) made.head = *head;
    return made;
  }
  static std::uint64_t number(fuzz::Script& script) {
    const std::uint8_t n = script.byte();
    switch (n) {
      case 255:
        return crypto::kSeqLimit;
      case 254:
        return crypto::kSeqLimit - 1;
      case 253:
        return crypto::kSeqLimit + 1;
      case 252:
        return ~std::uint64_t{0};
      default:
        return n % 12;
    }
  }
  static Claim claim(fuzz::Script& script, const Home& home) {
    Claim made;
    for (int i = script.byte() % 5; i > 0; --i) made.entries.push_back(entry(script, home));
    std::sort(made.entries.begin(), made.entries.end(),
              [](const auto& a, const auto& b) { return a.device < b.device; });
    if (script.byte() % 2 == 0) made.missing[author(script.byte()).id()] = {number(script)};
    return made;
  }

  void lie(fuzz::Script& script, End& to) {
    switch (script.byte() % 13) {
      case 0: {
        Hello hello{
            script.byte() % 3U, author(script.byte()).id(), static_cast<std::int64_t>(number(script)), {}, {}, false};
        const std::uint8_t knows = script.byte();
        hello.gives_blobs = knows % 4 != 0;
        hello.gives_epochs = knows % 3 != 0;
        hello.addresses = {std::string(as_text(script.take(8)))};
        hello.claim = claim(script, to.home);
        return to.hear(encode(hello));
      }
      case 1:
        return to.hear(encode(claim(script, to.home)));
      case 2: {
        Certs certs;
        for (int i = script.byte() % 3; i >= 0; --i) {
          certs.chains.push_back(people().chain_of(author(script.byte()).id()));
          if (script.byte() % 4 == 0) fuzz::damage(script, certs.chains.back().back().body);
        }
        return to.hear(encode(certs));
      }
      case 3: {
        BodyWant want{author(script.byte()).id(), {}};
        for (int i = script.byte() % 6; i >= 0; --i) want.seqs.push_back(number(script));
        return to.hear(encode(want));
      }
      case 4:
        return to.hear(encode(HeadWant{author(script.byte()).id(), number(script), script.word()}));
      case 5: {
        Heads heads{author(script.byte()).id(), number(script), {}};
        heads.heads = to.home.log().read_heads(people().journal, author(script.byte()).id(), 1 + script.byte() % 4, 2);
        return to.hear(encode(heads));
      }
      case 6: {
        const auto& device = author(script.byte());
        store::ForkProof proof{device.id(), number(script), {}, {}};
        proof.ours = to.home.log().read_heads(people().journal, device.id(), 1 + script.byte() % 4, 1);
        proof.theirs = {forged(script, to, device, 1).front().head};
        if (proof.ours.empty()) proof.ours = {forged(script, to, device, 1).front().head};
        return to.hear(encode(proof));
      }
      case 7:
        return to.hear(encode(Bye{static_cast<int>(number(script))}));
      case 9: {
        BlobWant want;
        for (int i = script.byte() % 9; i >= 0; --i) want.chunks.push_back(chunk_id(script.byte()));
        if (script.byte() % 4 == 0) want.chunks.front().bytes[0] ^= 1;
        return to.hear(encode(want));
      }
      case 10: {
        BlobGive give{chunk_id(script.byte()), chunk(script.byte())};
        if (script.byte() % 4 == 0) give.ciphertext.reset();
        return to.hear(encode(give));
      }
      case 11: {
        EpochWant want;
        for (int i = script.byte() % 9; i >= 0; --i) want.epochs.push_back(epoch_id(script.byte()));
        if (script.byte() % 4 == 0) want.epochs.front().bytes[0] ^= 1;
        return to.hear(encode(want));
      }
      case 12: {
        EpochGive give;
        for (int i = script.byte() % 4; i >= 0; --i)
          std::ranges::copy(epoch(script.byte()).view(), give.secrets.emplace_back().begin());
        if (script.byte() % 4 == 0) give.secrets.front()[0] ^= 1;
        return to.hear(encode(give));
      }
      default: {
        const auto& device = author(script.byte());
        return to.hear(encode(Run{device.id(), number(script), forged(script, to, author(script.byte()), 3)}));
      }
    }
  }

  // Records of this author that begin somewhere in the chain `at` holds, or nowhere.
  static std::vector<crypto::Record> forged(fuzz::Script& script, End& at, const crypto::DeviceKeys& device,
                                            std::size_t most) {
    const std::uint64_t seq = 1 + script.byte() % 6;
    const auto prev = at.home.log().id_at(people().journal, device.id(), seq - 1);
    const crypto::ChainPosition place{seq, prev.value_or(RecordId{{script.byte()}})};
    auto run = sync::testing::careless_run(device, 1 + script.below(most), place);
    if (script.byte() % 3 == 0) run[script.below(run.size())].body.reset();
    if (script.byte() % 4 == 0) run.back().head.back() ^= 1;
    return run;
  }
  void branch(fuzz::Script& script, End& to) {
    const auto& device = author(script.byte());
    const auto run = forged(script, to, device, 4);
    const auto header = crypto::decode_header(run.front().head);
    to.hear(encode(Run{device.id(), header->seq, run}));
  }
  // The next true message, with one number of it changed.
  void change(fuzz::Script& script, End& from, End& to) {
    if (from.way.empty()) return;
    Message message = decode(from.way.front());
    if (auto* hello = std::get_if<Hello>(&message)) hello->claim = claim(script, to.home), to.hear(encode(*hello));
    if (auto* run = std::get_if<Run>(&message)) run->start = number(script), to.hear(encode(*run));
    if (auto* want = std::get_if<HeadWant>(&message)) want->seq = number(script), to.hear(encode(*want));
    if (auto* heads = std::get_if<Heads>(&message)) heads->start = number(script), to.hear(encode(*heads));
    if (auto* fork = std::get_if<store::ForkProof>(&message)) {
      fork->start_seq = number(script);
      if (script.byte() % 2 == 0) std::swap(fork->ours, fork->theirs);
      to.hear(encode(*fork));
    }
    from.way.pop_front();
  }

  // ---- what must hold ----

  static void check_chains(End& end) {
    for (const store::FrontierEntry& entry : end.home.frontier()) {
      const auto& keys = people().keys_of(entry.device);
      const auto records = end.home.records(keys);
      must(records.size() >= entry.seq, "a frontier tells of more than is held");
      RecordId prev = crypto::first_prev(people().journal, entry.device);
      for (std::size_t i = 0; i < entry.seq; ++i) {
        const auto header = crypto::decode_header(records[i].head);
        must(header && header->seq == i + 1 && header->prev == prev && header->device == entry.device,
             "a broken chain");
        must(!records[i].body || crypto::body_matches(records[i].head, *records[i].body), "a body of another record");
        prev = crypto::record_id(people().journal, records[i].head);
      }
      must(prev == entry.head, "a frontier names another head");
    }
  }

  // Two honest sessions, as often as a dialler would.
  void heal() {
    ada.home.admits = bo.home.admits = true;
    for (int meeting = 0; meeting < 4; ++meeting) {
      const auto before = std::pair(ada.home.frontier(), bo.home.frontier());
      ada.begin(bo);
      bo.begin(ada);
      talk();
      if (before == std::pair(ada.home.frontier(), bo.home.frontier()) && meeting > 0) break;
    }
    for (const store::FrontierEntry& entry : ada.home.frontier()) {
      const auto& keys = people().keys_of(entry.device);
      if (ada.home.frozen(keys) || bo.home.frozen(keys)) continue;
      if (!bo.home.log().admitted(people().journal, entry.device)) continue;  // a stranger the script let in
      must(ada.home.held(keys) == bo.home.held(keys), "two honest sides do not become equal");
      must(bo.home.log().id_at(people().journal, entry.device, entry.seq) == entry.head, "equal in number only");
    }
    check_chains(ada);
    check_chains(bo);
    must(ada.has_every_chunk() && bo.has_every_chunk(), "two honest sides lack a chunk that one of them has");
    for (std::size_t n = 0; n < kChunks; n += 2)
      must(ada.known.contains(epoch_id(n)) && bo.known.contains(epoch_id(n)), "an epoch that may be given was not");
  }
  void talk() {
    for (std::size_t messages = 0; messages < kHealing; ++messages) {
      ada.pull();
      bo.pull();
      if (ada.way.empty() && bo.way.empty()) return;
      carry(ada, bo);
      carry(bo, ada);
      must(ada.session->reason() == Parting::kNone || ada.session->reason() == Parting::kTheyLeft,
           ("an honest session ends: " + ada.session->detail()).c_str());
      must(bo.session->reason() == Parting::kNone || bo.session->reason() == Parting::kTheyLeft,
           ("an honest session ends: " + bo.session->detail()).c_str());
    }
    must(false, "two honest sides never fall silent");
  }

  End ada{people().laptop, 0, kOfAda};
  End bo{people().desk, kOfAda, kChunks};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool once = [] {
    fuzz::same_chance();
    people();
    return true;
  }();
  fuzz::same_chance();
  (void)once;
  const google::protobuf::LogSilencer quiet;  // of what the liar spells, not of what is read
  const fuzz::Frugal frugal(size, 64 << 10);
  fuzz::Script script(data, size);
  World().play(script);
  return 0;
}
