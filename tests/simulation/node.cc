// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/node.h"

#include "daemon/journal/arrival.h"
#include "daemon/net/address_book.h"
#include "tests/simulation/world.h"

namespace duolog::simulation {
namespace {

constexpr std::uint16_t kPort = kDefaultPort;
constexpr std::int64_t kToday = 1'795'000'000'000;  // of the world's first instant, where a clock is right
constexpr crypto::Argon2Cost kCheap{1, 8};          // what a passphrase costs is not the question here

// "10.0.0.7" as a beacon says it.
net::BeaconSource beacon_source_of(const std::string& host) {
  net::BeaconSource source{1, {}};
  source.ip[10] = source.ip[11] = 0xff;
  source.ip[12] = 10;
  source.ip[15] = static_cast<std::uint8_t>(std::stoi(host.substr(host.rfind('.') + 1)));
  return source;
}

}  // namespace

Node::Node(World& world, std::string name, std::string host, std::filesystem::path folder)
    : world_(world),
      name_(std::move(name)),
      host_(std::move(host)),
      folder_(std::move(folder)),
      disk_(std::make_unique<Disk>(folder_, [&world](std::uint64_t below) { return world.roll(below); })) {}
Node::~Node() = default;

// ---- its life ----

// Mirrors Device::start(), init() and open_with().
bool Node::start() {
  world_.story(name_ + " starts");
  machine_off_ = struck_ = false;
  asleep_at_.reset();
  try {
    if (auto identity = open_vault()) open_house(std::move(*identity));
  } catch (const std::exception& refused) {
    household_.reset();
    if (!disk_->dead() && !disk_->troubled()) throw;
    std::string why = refused.what();  // without the place of the folder, which no two runs have in common
    for (std::size_t at = why.find(folder_); at != std::string::npos; at = why.find(folder_))
      why.erase(at, folder_.native().size());
    world_.story(name_ + " does not start: " + why);
  }
  if (disk_->dead()) {
    struck_ = true;
    return false;
  }
  if (!household_) return false;
  device_ = household_->identity().keys().id();
  return true;
}

std::optional<journal::Identity> Node::open_vault() {
  const store::VaultFile vault(folder_ / "vault", folder_ / "key");
  if (!vault.exists()) {
    const auto database = folder_ / "duolog.db";
    const bool database_left = std::filesystem::exists(database);
    store::Database(database, database_left ? store::Database::Open::kExisting : store::Database::Open::kCreate);
    return journal::Identity::create(vault, {name_, name_ + "'s laptop"}, crypto::SecretBytes(), kCheap, wall());
  }
  const bool by_key_file = vault.mode() == crypto::VaultMode::kKeyFile;
  for (std::string& one : passphrases_) {
    if (one.empty() != by_key_file) continue;
    if (auto identity = journal::Identity::open(vault, crypto::SecretBytes(as_bytes(one)))) {
      std::swap(one, passphrases_.front());
      return identity;
    }
  }
  throw std::runtime_error("the vault of " + name_ + " does not open");
}

void Node::open_house(journal::Identity identity) {
  Household::Outside outside;
  outside.clock = {[this] { return wall(); }, [this] { return steady(); }};
  outside.random = [this](std::uint32_t bound) { return static_cast<std::uint32_t>(world_.roll(bound)); };
  outside.quota.free_bytes = 0;  // these journals live in memory
  outside.blobs = folder_ / "blobs";
  outside.zone = "Europe/Berlin";
  outside.view = folder_ / "view.db";
  outside.fold_soon = [this] { fold_wanted_ = true; };
  outside.news = [this](const journal::News& news) {
    if (on_news) on_news(news);
  };
  outside.came_or_left = [](const net::PeerStatus&) {};
  outside.wrote = [this] { wrote_ = true; };
  outside.note = [this](std::string_view note) {
    world_.story(name_ + ": " + std::string(note));
    if (on_note) on_note(note);
  };
  const auto mark = folder_ / "restored";
  if (std::filesystem::exists(mark)) outside.restored.emplace(mark);
  moment_.reset();
  household_ = std::make_unique<Household>(
      std::make_unique<store::Database>(folder_ / "duolog.db", store::Database::Open::kExisting), std::move(identity),
      outside);
  ++works_;
  household_->switchboard().on_wake([this] {
    woken_ = true;
    ++works_;
  });
  household_->switchboard().listening(kPort, {Address{host_, kPort}.text()});
  if (world_.lan_) household_->switchboard().beacon_sources({beacon_source_of(host_)});
  wait_for_moment();
}

bool Node::be_let_in(Node& host) {
  world_.story(name_ + " is let in by " + host.name());
  const auto seed = crypto::DeviceSeed::random();
  const crypto::DeviceKeys keys(seed);
  const auto created = static_cast<std::uint64_t>(std::max<std::int64_t>(0, wall().time_since_epoch().count() / 1000));
  bool arrived = false;
  const auto keep = [&](journal::Handover handover) {
    store::Database database(folder_ / "duolog.db", store::Database::Open::kCreate);
    store::LocalState memory(database, keys.local_key("local.state"));
    net::AddressBook book(memory);
    for (const journal::Reach& one : handover.reach) book.learn(one.device, one.addresses);
    memory.write_down();
    journal::Identity::arrive({folder_ / "vault", folder_ / "key"}, seed.clone(), std::move(handover.handed), name_,
                              crypto::SecretBytes(), kCheap);
    arrived = true;
  };
  host.in_house([&](Household& house) {
    house.try_disk_again();
    const DeviceId& of_host = house.identity().keys().id();
    std::vector<journal::Reach> reach{{of_host, {{host.host(), kPort}}}};  // as Device tells it
    const net::AddressBook book(house.local_state());
    for (const JournalId& id : house.door().journals())
      for (const journal::LiveMember& member : house.door().members(id))
        if (const auto& page = book.look_up(member.device); !member.self && !page.addresses.empty())
          if (std::ranges::find(reach, member.device, &journal::Reach::device) == reach.end())
            reach.push_back({member.device, page.addresses});
    journal::Welcome welcome(house.shelf(),
                             {keys.id(), {crypto::certify(keys, keys.public_keys(), created, name_)}, "code"},
                             [&] { return reach; });
    journal::Arrival arrival(keys, {of_host, house.identity().chain(), "code"}, keep);
    welcome.welcome();
    while (!host.disk().dead() && arrival.state() == journal::Arrival::State::kAwaitingHandover) {
      const auto said = welcome.next();
      if (!said) break;
      arrival.receive(*said);
    }
    while (const auto said = arrival.next()) welcome.receive(*said);
    if (!arrived) welcome.lost();
  });
  return arrived;
}

void Node::copy_to(const std::filesystem::path& folder) const {
  std::filesystem::remove_all(folder);
  std::filesystem::copy(folder_, folder, std::filesystem::copy_options::recursive);
}

void Node::take_copy(const std::filesystem::path& folder, bool restored) {
  disk_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) std::filesystem::remove_all(entry.path());
  std::filesystem::copy(folder, folder_, std::filesystem::copy_options::recursive);
  disk_ = std::make_unique<Disk>(folder_, [this](std::uint64_t below) { return world_.roll(below); });
  if (!restored) return;
  std::set<JournalId> held;
  if (const auto identity = open_vault())
    for (const journal::JournalSecrets& one : identity->journals()) held.insert(one.id);
  store::RestoredMark(folder_ / "restored").hold(std::move(held));
}

void Node::stop() {
  world_.story(name_ + " stops");
  if (up()) at_work([](net::Switchboard& board) { board.stop(); });
  world_.settle();
  world_.network().gone(*this, false);
  visitor_.reset();
  household_.reset();
  fold_wanted_ = false;
}

void Node::die(Disk::Kept kept) {
  disk_->die();
  struck_ = true;
  bury(kept);
}

void Node::bury(Disk::Kept kept) {
  const char* how = kept == Disk::Kept::kKill ? " is killed" : " loses its power";
  world_.story(name_ + how);
  machine_off_ = kept != Disk::Kept::kKill;
  world_.network().gone(*this, machine_off_);
  visitor_.reset();
  household_.reset();
  struck_ = fold_wanted_ = wrote_ = woken_ = false;
  asleep_at_.reset();
  disk_->come_back(kept);
  if (machine_off_) booted_at_ = world_.elapsed();
}

void Node::sleep() {
  if (asleep()) return;
  world_.story(name_ + " sleeps");
  asleep_at_ = world_.elapsed();
}

void Node::wake(bool is_told) {
  if (!asleep()) return;
  world_.story(name_ + " wakes");
  booted_at_ += world_.elapsed() - *asleep_at_;
  asleep_at_.reset();
  if (is_told) clock_was_set();
}

// ---- its moments: as Device has them ----

void Node::wait_for_moment() {
  constexpr milliseconds kLook = std::chrono::minutes(1);
  if (!household_) return;
  const auto next = household_->shelf().next_moment();
  if (!next) return;
  const milliseconds ahead{*next - wall().time_since_epoch().count()};
  moment_ = steady() + (ahead > milliseconds(0) && ahead < kLook ? ahead : kLook);
}

// True: it looked whether its time had come.
bool Node::meet_moment() {
  if (!moment_ || steady() < *moment_) return false;
  moment_.reset();
  in_house([this](Household& house) {
    try {
      house.try_disk_again();
      house.shelf().time_passed();
    } catch (const store::NotDurable&) {   // NOLINT(bugprone-empty-catch)
    } catch (const store::BadDatabase&) {  // NOLINT(bugprone-empty-catch)
    }
    wait_for_moment();
  });
  return true;
}

// ---- its clocks ----

// Mirrors what the sockets' node does when a clock was set under it, by a hand or by waking.
void Node::clock_was_set() {
  at_work([](net::Switchboard& board) {
    board.tick();
    board.sync_now();
  });
}

WallTime Node::wall() const { return WallTime(milliseconds(kToday) + world_.elapsed() + skew_); }
SteadyTime Node::steady() const { return SteadyTime(asleep_at_.value_or(world_.elapsed()) - booted_at_); }

void Node::set_clock(milliseconds skew, bool is_told) {
  world_.story(name_ + "'s clock is off by " + std::to_string(skew.count()) + " ms");
  skew_ = skew;
  if (is_told && awake()) clock_was_set();
}

std::uintmax_t Node::disk_bytes() const {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) bytes += entry.file_size();
  return bytes;
}

// ---- at work ----

bool Node::at_work(const std::function<void(net::Switchboard&)>& work) {
  return in_house([&](Household& house) { work(house.switchboard()); });
}

bool Node::in_house(const std::function<void(Household&)>& work) {
  ++works_;
  return looked_after(work);
}

bool Node::asked(const std::function<void(net::Switchboard&)>& work) {
  return looked_after([&](Household& house) { work(house.switchboard()); });
}

bool Node::rests() const {
  return rested_at_ == works_ && !woken_ && !fold_wanted_ && !wrote_ && !struck_ && deadline_ > steady() &&
         (!moment_ || *moment_ > steady());
}

void Node::rest() {
  if (!up()) return;
  rested_at_ = works_;
  deadline_ = household_->switchboard().deadline();
}

SteadyTime Node::deadline() const { return rested_at_ == works_ ? deadline_ : household_->switchboard().deadline(); }

bool Node::looked_after(const std::function<void(Household&)>& work) {
  if (!up()) return false;
  try {
    work(*household_);
  } catch (...) {
    if (!disk_->dead()) throw;
  }
  struck_ = disk_->dead();
  return !struck_;
}

// As a visitor at the control socket is told.
Node::Said Node::say(const std::function<journal::Saved(Household&)>& save) {
  Said said;
  in_house([&](Household& house) {
    house.try_disk_again();
    try {
      const journal::Saved saved = save(house);
      said = {Outcome::kSaved, hex(saved.id.view())};
    } catch (const store::NotDurable&) {
      said.outcome = Outcome::kRefused;
    } catch (const store::BadDatabase&) {
      said.outcome = Outcome::kRefused;
      if (!disk_->dead() && !disk_->troubled()) throw;
    }
  });
  return struck_ ? Said{} : said;
}

Node::Said Node::write(const std::string& text, bool private_entry, ByteView request) {
  return say([&](Household& house) {
    journal::Draft draft;
    draft.text = text;
    draft.private_entry = private_entry;
    return house.shelf().write(draft, request);
  });
}

Node::Said Node::check_in(const std::string& highlight, int connection, ByteView request) {
  return say([&](Household& house) {
    journal::FilledForm form;
    form.practice = "checkin";
    form.fields = {{"connection", std::int32_t{connection}}, {"highlight", highlight}};
    return house.shelf().answer(form, request);
  });
}

Node::Outcome Node::change_passphrase(const std::string& passphrase) {
  Outcome outcome = Outcome::kUnknown;
  const std::string current = passphrases_.front();
  passphrases_.push_back(passphrase);
  in_house([&](Household& house) {
    try {
      house.identity().change_passphrase(crypto::SecretBytes(as_bytes(current)),
                                         crypto::SecretBytes(as_bytes(passphrase)), kCheap);
      outcome = Outcome::kSaved;
    } catch (const store::NotDurable&) {
      outcome = Outcome::kRefused;
    }
  });
  if (struck_) return Outcome::kUnknown;
  if (outcome == Outcome::kSaved) passphrases_ = {passphrase};
  return outcome;
}

// ---- what its person sees ----

std::optional<JournalId> Node::shared_id() {
  for (const auto& journal : journal::status(household_->shelf())) {
    if (journal.shared) return journal.id;
  }
  return std::nullopt;
}

std::string Node::shared_journal() {
  for (const auto& journal : journal::status(household_->shelf())) {
    if (journal.shared) return journal.name;
  }
  return {};
}

std::vector<Node::Line> Node::entries(bool private_ones) {
  journal::Filter filter;
  filter.journal = private_ones ? "notebook" : shared_journal();
  filter.kind = "entry";
  std::vector<Line> lines;
  if (filter.journal.empty()) return lines;
  for (const auto& item : journal::list(household_->shelf(), filter)) {
    lines.push_back({hex(item.id.view()), item.text, item.mine});
  }
  return lines;
}

std::vector<Node::Round> Node::rounds() {
  journal::RoundFilter filter;
  filter.practice = "checkin";
  filter.journal = shared_journal();
  std::vector<Round> all;
  if (filter.journal.empty()) return all;
  for (const auto& round : journal::rounds(household_->shelf(), filter)) {
    Round& one = all.emplace_back(Round{round.period, round.mine_in, {}});
    for (const auto& answer : round.answers) {
      for (const auto& field : answer.fields) {
        if (field.id != "highlight") continue;
        one.answers.push_back({hex(answer.id.view()), std::get<std::string>(field.value), answer.mine});
      }
    }
    std::sort(one.answers.begin(), one.answers.end());
  }
  return all;
}

std::optional<net::PeerStatus> Node::other() {
  const auto everybody = household_->switchboard().status();
  if (everybody.empty()) return std::nullopt;
  return everybody.front();
}

}  // namespace duolog::simulation
