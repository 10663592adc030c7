// two_people.cc: how Ada and Bo live, pair and meet.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

#include "daemon/journal/opened_by_words.h"
#include "daemon/journal/own_enrolment.h"
#include "daemon/store/query.h"

namespace duolog::journal {

namespace {
WallTime wall(std::int64_t ms) { return WallTime(std::chrono::milliseconds(ms)); }
}  // namespace

Person::Person(std::string name, std::string zone) : name_(std::move(name)), zone_(std::move(zone)) {
  crypto::initialise();
  Identity::create(vault(), {name_, clipped(name_, 32) + "'s laptop"}, {}, {}, wall(now));
  first_vault_ = store::read_private_file(folder_ / "vault", 1 << 20);
  start();
}

Person::Person(Person& host, std::string device_name)
    : now(host.now), name_(std::move(device_name)), zone_(host.zone_) {
  auto seed = crypto::DeviceSeed::random();
  const crypto::DeviceKeys keys(seed);
  Handed handed{host.identity().root(),
                host.identity().psk_master().clone(),
                host.shelf().enrol_device(keys.public_keys(), name_, "code"),
                host.identity().person(),
                {}};
  for (const JournalSecrets& journal : host.identity().journals()) {
    if (journal.parted) handed.left.push_back(journal.id);
    if (journal.unacknowledged || journal.parted) continue;
    JournalSecrets& copy = handed.journals.emplace_back(JournalSecrets{
        journal.genesis, journal.id, {}, journal.name, journal.other, journal.relationship, journal.paired_by});
    for (const crypto::EpochSecret& epoch : journal.epochs) copy.epochs.push_back(epoch.clone());
    copy.awaited = true;
  }
  Identity::arrive(vault(), std::move(seed), std::move(handed), name_, {}, {});
  first_vault_ = store::read_private_file(folder_ / "vault", 1 << 20);
  start();
}

Person::Person(const crypto::RootKeys& words, std::string name, std::string device_name, Person& giver)
    : now(giver.now), name_(std::move(name)), zone_(giver.zone_) {
  auto seed = crypto::DeviceSeed::random();
  const crypto::DeviceKeys keys(seed);
  const auto created = static_cast<std::uint64_t>(now / kSecond);
  const crypto::Chain chain{crypto::certify(words, keys.public_keys(), created, device_name)};
  std::optional<Returned> returned;
  Readmission host(giver.shelf(), {keys.id(), chain, {}}, [] {});
  Homecoming joiner(words, keys, {giver.device(), {}, {}}, [&](Returned came) { returned = std::move(came); });
  host.receive(*joiner.next());
  host.give_back();
  joiner.receive(*host.next());
  host.receive(*joiner.next());
  check(host.state() == Readmission::State::kGivenBack, "nothing was given back");
  {
    store::Database database(folder_ / "duolog.db", store::Database::Open::kCreate);
    store::LocalState local(database, keys.local_key("local.state"));
    note_homecoming(local, *returned);
    local.write_down();
  }
  Identity::arrive(vault(), std::move(seed), handed_by_words(words, chain, name_, *returned), device_name, {}, {});
  first_vault_ = store::read_private_file(folder_ / "vault", 1 << 20);
  start();
}

Person::Person(const crypto::RootKeys& words, std::string name, std::string device_name, ByNotebook by)
    : now(by.lost.now), name_(std::move(name)), zone_(by.lost.zone_) {
  auto seed = crypto::DeviceSeed::random();
  const crypto::DeviceKeys keys(seed);
  const crypto::Chain chain{
      crypto::certify(words, keys.public_keys(), static_cast<std::uint64_t>(now / kSecond), device_name)};
  const crypto::Genesis& genesis = by.lost.identity().journals().front().genesis;
  const JournalId id = genesis.id();
  Returned returned;
  {
    store::Database database(folder_ / "duolog.db", store::Database::Open::kCreate);
    store::LocalState local(database, keys.local_key("local.state"));
    store::SealedLog log(database);
    Roster roster(local, genesis);
    log.add_journal(id);
    for (const crypto::Chain& one : by.lost.door().chains(id)) {
      const auto proven = roster.prove(one);
      roster.add(one, *proven, true);
      check(log.admit(id, proven->device.id(), proven->device.sign), "a device of the notebook is not admitted");
    }
    for (const store::FrontierEntry& end : by.lost.log().frontier(id)) {
      for (std::uint64_t at = 1; at <= end.seq;) {
        const auto run = by.lost.log().read_run(id, end.device, at);
        check(log.accept(id, end.device, at, run).verdict == store::Accepted::Verdict::kStored, "it is not taken in");
        at += run.size();
      }
    }
    auto notebook = notebook_by_words(log, roster, genesis, words);
    check(notebook.has_value(), "the words do not open it");
    returned.journals.push_back(std::move(*notebook));
    note_homecoming(local, returned);
    local.write_down();
  }
  Identity::arrive(vault(), std::move(seed), handed_by_words(words, chain, name_, returned), device_name, {}, {});
  first_vault_ = store::read_private_file(folder_ / "vault", 1 << 20);
  start();
}

Person::~Person() = default;

store::VaultFile Person::vault() const { return {folder_ / "vault", folder_ / "key"}; }

void Person::start() {
  identity_ = std::make_unique<Identity>(*Identity::open(vault(), {}));
  database_ = std::make_unique<store::Database>(folder_ / "duolog.db", store::Database::Open::kCreate);
  log_ = std::make_unique<store::SealedLog>(*database_);
  local_ = std::make_unique<store::LocalState>(*database_, identity_->keys().local_key("local.state"));
  view_ = std::make_unique<ViewFile>(
      folder_ / "view.db", identity_->keys().local_key("local.view"), [](auto) {},
      [this](const auto&) { return free_bytes; });
  blobs_ = std::make_unique<store::Blobs>(place_of_blobs(), store::BlobQuota{.free_for_others = 0, .free_for_own = 0});
  const Clock clock{[this] { return wall(now); },
                    [this] { return SteadyTime(std::chrono::milliseconds(now - kNoon)); }};
  Shelf::Hooks hooks;
  hooks.grew = [this](const JournalId& id) {
    grew.push_back(id);
    if (killed_after > 0 && --killed_after == 0) throw Killed();
  };
  hooks.news = [this](const News& one) { news.push_back(one); };
  shelf_ = std::make_unique<Shelf>(Shelf::Parts{*identity_, *log_, *local_, *view_, clock, zone_, blobs_.get()},
                                   std::move(hooks));
  shelf_->start();
}

void Person::stop() {
  shelf_.reset();
  view_.reset();
  blobs_.reset();
  local_.reset();
  log_.reset();
  database_.reset();
  identity_.reset();
}

void Person::restart_from_the_first_vault() {
  stop();
  store::replace_file(folder_ / "vault", first_vault_);
  std::filesystem::remove(folder_ / "duolog.db");
  start();
}
void Person::restart() {
  stop();
  start();
}

void Person::travel(std::string zone) {
  zone_ = std::move(zone);
  restart();
}

Saved Person::write(std::string text, std::string journal) {
  now += kSecond;
  Draft draft;
  draft.text = std::move(text);
  draft.journal = std::move(journal);
  return shelf_->write(draft, {});
}

Saved Person::answer(std::int32_t connection, std::string highlight) {
  now += kSecond;
  FilledForm form;
  form.practice = "checkin";
  form.fields.push_back({"connection", connection});
  if (!highlight.empty()) form.fields.push_back({"highlight", std::move(highlight)});
  return shelf_->answer(form, {});
}

std::vector<std::string> Person::texts(const Filter& filter) {
  std::vector<std::string> texts;
  for (const Item& item : list(*shelf_, filter)) texts.push_back(item.text);
  return texts;
}

std::vector<RecordId> Person::ids() {
  Filter filter;
  filter.journal = hex(shared().bytes);
  std::vector<RecordId> ids;
  for (const Item& item : list(*shelf_, filter)) ids.push_back(item.id);
  return ids;
}

Round Person::round() {
  RoundFilter filter;
  filter.practice = "checkin";
  filter.journal = hex(shared().bytes);
  filter.current_only = true;
  return rounds(*shelf_, filter).front();
}

void Person::settle() {
  while (shelf_->fold_some()) {
  }
}

crypto::RootKeys words_of(Person& person) {
  return crypto::RootKeys(*crypto::entropy_from_words(person.identity().words({}).text()));
}

FoundingFacts introduce(Person& other, std::uint8_t conversation) {
  const Introduction self = other.door().introduction();
  FoundingFacts facts;
  facts.channel_binding.fill(conversation);
  facts.device = other.device();
  facts.chain = self.chain;
  facts.name = self.name;
  facts.paired_by = "code";
  return facts;
}

Pairing::Pairing(Person& host_person, Person& joiner_person, std::uint8_t conversation)
    : host(host_person.shelf(), FoundingRole::kHost, introduce(joiner_person, conversation)),
      joiner(joiner_person.shelf(), FoundingRole::kJoiner, introduce(host_person, conversation)) {}

bool Pairing::exchange() {
  const auto to_joiner = host.next();
  if (to_joiner) joiner.receive(*to_joiner);
  const auto to_host = joiner.next();
  if (to_host) host.receive(*to_host);
  return to_joiner || to_host;
}

void Pairing::run(std::string_view relationship) {
  host.approve(relationship);
  while (exchange()) {
  }
}

void pair(Person& host, Person& joiner, std::uint8_t conversation) {
  Pairing pairing(host, joiner, conversation);
  pairing.run();
  ASSERT_EQ(pairing.host.state(), Founding::State::kFounded) << pairing.host.detail();
  ASSERT_EQ(pairing.joiner.state(), Founding::State::kFounded) << pairing.joiner.detail();
}

void carry(Person& from, Person& to, const JournalId& journal) {
  for (const store::FrontierEntry& entry : from.log().frontier(journal)) {
    const auto head = to.log().head(journal, entry.device);
    std::uint64_t at = (head ? head->seq : 0) + 1;
    while (at <= entry.seq) {
      const auto run = from.log().read_run(journal, entry.device, at);
      ASSERT_FALSE(run.empty());
      const auto accepted = to.log().accept(journal, entry.device, at, run);
      ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kStored) << accepted.why;
      to.shelf().stored(journal, entry.device, accepted.first, accepted.last);
      at += run.size();
    }
  }
  to.settle();
  from.door().acknowledged(journal, to.device(), to.log().frontier(journal));
}

void meet(Person& a, Person& b) { meet(a, b, a.shared()); }

// Chains go before records, as in a session.
void meet(Person& a, Person& b, const JournalId& journal) {
  for (const crypto::Chain& chain : a.door().chains(journal)) b.door().admit(journal, chain);
  for (const crypto::Chain& chain : b.door().chains(journal)) a.door().admit(journal, chain);
  a.door().session_began(journal, b.device());
  b.door().session_began(journal, a.device());
  while (a.log().frontier(journal) != b.log().frontier(journal)) {
    carry(a, b, journal);
    carry(b, a, journal);
  }
}

namespace {
void rot(Person& person, const char* sql, const JournalId& journal, const DeviceId& device, std::uint64_t seq) {
  person.database().transaction([&] {
    store::Query query(person.database(), sql);
    query.bind(device.view()).bind(journal.view()).bind(static_cast<std::int64_t>(seq) - 1).run();
  });
}
}  // namespace

void rot_head(Person& person, const JournalId& journal, const DeviceId& device, std::uint64_t seq) {
  rot(person,
      "UPDATE record SET head = zeroblob(length(head)) WHERE place = (SELECT device.row FROM device JOIN journal ON "
      "journal.row = journal WHERE device.id = ? AND journal.id = ?) * 4294967296 + ?",
      journal, device, seq);
}

void rot_body(Person& person, const JournalId& journal, const DeviceId& device, std::uint64_t seq) {
  rot(person,
      "UPDATE record SET body = zeroblob(length(body)) WHERE place = (SELECT device.row FROM device JOIN journal ON "
      "journal.row = journal WHERE device.id = ? AND journal.id = ?) * 4294967296 + ?",
      journal, device, seq);
}

RecordId append_bytes(Person& by, const JournalId& journal, ByteView event, crypto::RecordKind kind) {
  const crypto::EpochSecret& epoch = by.identity().journal(journal).epochs.back();
  const auto key = crypto::record_key(epoch, by.device());
  return by.log().append(journal, by.device(), [&](const crypto::ChainPosition& at) {
    return crypto::make_event_record(journal, by.identity().keys(), kind, at, crypto::epoch_id(journal, epoch), key,
                                     event);
  });
}

RecordId forge_bytes(Person& by, const JournalId& journal, ByteView event, crypto::RecordKind kind) {
  const RecordId id = append_bytes(by, journal, event, kind);
  by.settle();
  return id;
}

}  // namespace duolog::journal
