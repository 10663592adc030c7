// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/world.h"

#include <sodium.h>
#include <unistd.h>

#include <cstring>

#include "daemon/meeting.h"
#include "proto/control.pb.h"

namespace duolog::simulation {
namespace {

constexpr std::uint16_t kPort = kDefaultPort;
constexpr std::size_t kLineBuffer = 64 << 10;  // bytes under way on one line, as a socket's buffers hold them
constexpr int kSettleRounds = 100'000;         // a node that always wants something more is a bug

// libsodium draws from here while a world exists.
std::mt19937_64* source = nullptr;

const char* source_name() { return "simulation"; }
std::uint32_t source_word() { return static_cast<std::uint32_t>((*source)()); }
void source_fill(void* out, std::size_t size) {
  auto* bytes = static_cast<std::uint8_t*>(out);
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = (*source)();
    std::memcpy(bytes + i, &word, std::min<std::size_t>(8, size - i));
  }
}
randombytes_implementation seeded = {source_name, source_word, nullptr, nullptr, source_fill, nullptr};

void use_source(std::mt19937_64* dice) {
  source = dice;
  if (dice != nullptr) randombytes_set_implementation(&seeded);
}

std::filesystem::path make_folder() {
  std::string pattern = "/dev/shm/duolog-simulation-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in memory");
  return pattern;
}

}  // namespace

// ---- a node ----

Node::Node(World& world, std::string name, std::string host)
    : world_(world), name_(std::move(name)), host_(std::move(host)), folder_(world.folder_ / name_) {
  std::filesystem::create_directory(folder_);
}
Node::~Node() = default;

void Node::start() {
  const store::VaultFile vault(folder_ / "vault", folder_ / "key");
  const auto database = folder_ / "duolog.db";
  const bool fresh = !vault.exists();
  if (fresh) store::Database(database, store::Database::Open::kCreate);
  auto identity =
      fresh ? journal::Identity::create(vault, {name_, name_ + "'s laptop"}, crypto::SecretBytes(), {}, world_.wall())
            : *journal::Identity::open(vault, crypto::SecretBytes());
  Household::Outside outside;
  outside.clock = {[this] { return world_.wall(); }, [this] { return world_.steady(); }};
  outside.random = [this](std::uint32_t bound) { return static_cast<std::uint32_t>(world_.roll(bound)); };
  outside.quota.free_bytes = 0;  // these journals live in memory
  outside.zone = "Europe/Berlin";
  outside.fold_soon = [this] { fold_wanted_ = true; };
  outside.news = [](const journal::News&) {};
  outside.came_or_left = [](const net::PeerStatus&) {};
  outside.note = [this](std::string_view note) { world_.story(name_ + ": " + std::string(note)); };
  household_ = std::make_unique<Household>(
      std::make_unique<store::Database>(database, store::Database::Open::kExisting), std::move(identity), outside);
  household_->switchboard().on_wake([this] { woken_ = true; });
  household_->switchboard().listening(kPort, {Address{host_, kPort}.text()});
  world_.story(name_ + " starts");
}

void Node::stop() {
  world_.story(name_ + " stops");
  world_.forget(*this);
  household_.reset();
  fold_wanted_ = false;
}

std::string Node::write(const std::string& text, bool private_entry) {
  journal::Draft draft;
  draft.text = text;
  draft.private_entry = private_entry;
  const journal::Saved saved = household_->shelf().write(draft, crypto::random_bytes(16));
  world_.settle();
  return hex(saved.id.view());
}

std::string Node::check_in(const std::string& highlight, int connection) {
  journal::FilledForm form;
  form.practice = "checkin";
  form.fields = {{"connection", std::int32_t{connection}}, {"highlight", highlight}};
  const journal::Saved saved = household_->shelf().answer(form, crypto::random_bytes(16));
  world_.settle();
  return hex(saved.id.view());
}

std::string Node::shared_journal() const {
  for (const auto& journal : journal::status(household_->shelf())) {
    if (journal.shared) return journal.name;
  }
  return {};
}

std::vector<Node::Line> Node::entries() {
  journal::Filter filter;
  filter.journal = shared_journal();
  filter.kind = "entry";
  std::vector<Line> lines;
  for (const auto& item : journal::list(household_->shelf(), filter)) {
    lines.push_back({hex(item.id.view()), item.text, item.mine});
  }
  return lines;
}

std::vector<Node::Line> Node::answers_readable() {
  journal::RoundFilter filter;
  filter.practice = "checkin";
  filter.journal = shared_journal();
  std::vector<Line> lines;
  for (const auto& round : journal::rounds(household_->shelf(), filter)) {
    for (const auto& answer : round.answers) {
      for (const auto& field : answer.fields) {
        if (field.id == "highlight") {
          lines.push_back({hex(answer.id.view()), std::get<std::string>(field.value), answer.mine});
        }
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// ---- the world ----

World::World(std::uint64_t seed) : dice_(seed), folder_(make_folder()) {
  crypto::initialise();
  use_source(&dice_);
  ada_ = std::make_unique<Node>(*this, "Ada", "10.0.0.1");
  bo_ = std::make_unique<Node>(*this, "Bo", "10.0.0.2");
}

World::~World() {
  ada_.reset();
  bo_.reset();
  use_source(nullptr);
  std::filesystem::remove_all(folder_);
}

void World::story(std::string_view what) {
  const std::string line = std::to_string(elapsed_.count()) + ' ' + std::string(what);
  for (const char letter : line) {
    trace_ = (trace_ ^ static_cast<std::uint8_t>(letter)) * 1099511628211ULL;
  }
}

milliseconds World::delay() { return milliseconds(1 + roll(roll(8) == 0 ? 400 : 40)); }

Node* World::by_host(const std::string& host) {
  for (Node* node : {ada_.get(), bo_.get()}) {
    if (node->host() == host && node->up()) return node;
  }
  return nullptr;
}

// One thing of what a node wants. True: there may be more.
bool World::serve(Node& node) {
  if (!node.up()) return false;
  net::Switchboard& board = node.household().switchboard();
  bool moved = std::exchange(node.woken_, false);
  for (const auto& dial : board.take_dials()) {
    attempts_.push_back({&node, dial.line, dial.address.host, steady() + delay()});
    moved = true;
  }
  if (board.deadline() <= steady()) {
    board.tick();
    moved = true;
  }
  if (std::exchange(node.fold_wanted_, false)) {
    node.household().fold();
    moved = true;
  }
  if (board.announcing() && next_announcement_ == SteadyTime::max()) next_announcement_ = steady();
  return carry(node) || moved;
}

bool World::carry(Node& node) {
  bool moved = false;
  net::Switchboard& board = node.household().switchboard();
  for (const auto& cable : cables_) {
    if (cable->broken) continue;
    for (int side = 0; side < 2; ++side) {
      End& from = cable->ends[side];
      End& to = cable->ends[1 - side];
      if (from.node != &node || from.told_closed) continue;
      if (to.on_the_way < kLineBuffer) {
        Bytes out = board.take_output(from.line);
        carried_ += out.size();
        while (!out.empty()) {  // in pieces, as a network does
          const std::size_t piece = std::min<std::size_t>(out.size(), 1 + roll(8192));
          const SteadyTime at =
              std::max(steady() + delay(), to.arriving.empty() ? SteadyTime::min() : to.arriving.back().first);
          to.arriving.emplace_back(at, Bytes(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(piece)));
          to.on_the_way += piece;
          out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(piece));
          moved = true;
        }
      }
      if (board.finished(from.line)) {
        cable->breaks_at = to.arriving.empty() ? steady() : to.arriving.back().first;
        from.told_closed = true;
        board.closed(from.line);
        moved = true;
      }
    }
  }
  return moved;
}

bool World::deliver() {
  bool moved = false;
  for (std::size_t i = 0; i < cables_.size(); ++i) {
    Cable& cable = *cables_[i];
    for (End& end : cable.ends) {
      while (!cable.broken && !end.told_closed && !end.arriving.empty() && end.arriving.front().first <= steady()) {
        net::Switchboard& board = end.node->household().switchboard();
        const std::size_t limit = board.read_limit(end.line);
        if (limit == 0) break;
        Bytes& front = end.arriving.front().second;
        const std::size_t taken = std::min(limit, front.size());
        const Bytes piece(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(taken));
        end.on_the_way -= taken;
        front.erase(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(taken));
        if (front.empty()) end.arriving.pop_front();
        board.received(end.line, piece);
        moved = true;
      }
    }
    if (!cable.broken && cable.breaks_at <= steady()) {
      cable.broken = true;
      for (End& end : cable.ends) {
        if (end.node->up() && !std::exchange(end.told_closed, true)) {
          end.node->household().switchboard().closed(end.line);
        }
      }
      moved = true;
    }
  }
  std::erase_if(cables_, [](const auto& cable) { return cable->broken; });
  for (std::size_t i = 0; i < attempts_.size();) {
    if (attempts_[i].at > steady()) {
      ++i;
      continue;
    }
    const Attempt attempt = attempts_[i];
    attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(i));
    connect(attempt);
    moved = true;
  }
  return moved;
}

void World::connect(const Attempt& attempt) {
  Node* to = by_host(attempt.host);
  if (to == nullptr || !network_up_) {
    story(attempt.from->name() + " reaches nobody");
    return attempt.from->household().switchboard().closed(attempt.line);
  }
  story(attempt.from->name() + " reaches " + to->name());
  auto cable = std::make_unique<Cable>();
  cable->ends[0].node = attempt.from;
  cable->ends[0].line = attempt.line;
  cable->ends[1].node = to;
  cable->ends[1].line = to->household().switchboard().accepted(attempt.from->host());
  cables_.push_back(std::move(cable));
  attempt.from->household().switchboard().connected(attempt.line);
}

void World::announce() {
  next_announcement_ = SteadyTime::max();
  for (Node* from : {ada_.get(), bo_.get()}) {
    if (!from->up()) continue;
    const auto announcement = from->household().switchboard().announcing();
    if (!announcement) continue;
    next_announcement_ = steady() + net::kAnnounceEvery;
    for (Node* to : {ada_.get(), bo_.get()}) {
      if (to == from || !to->up() || !network_up_ || !to->household().switchboard().looking_for()) continue;
      to->household().switchboard().heard({*announcement, from->host(), 1, false});
    }
  }
}

void World::settle() {
  for (int round = 0; round < kSettleRounds; ++round) {
    if (next_announcement_ <= steady()) announce();
    bool moved = deliver();
    for (Node* node : {ada_.get(), bo_.get()}) moved = serve(*node) || moved;
    if (!moved) return;
  }
  throw std::runtime_error("a node never comes to rest");
}

SteadyTime World::next_event() const {
  SteadyTime next = next_announcement_;
  for (const Node* node : {ada_.get(), bo_.get()}) {
    if (node->up()) next = std::min(next, node->household_->switchboard().deadline());
  }
  for (const auto& attempt : attempts_) next = std::min(next, attempt.at);
  for (const auto& cable : cables_) {
    next = std::min(next, cable->breaks_at);
    for (const auto& end : cable->ends) {
      if (!end.arriving.empty()) next = std::min(next, end.arriving.front().first);
    }
  }
  return next;
}

void World::run(milliseconds time) {
  const SteadyTime until = steady() + time;
  run_until([&] { return steady() >= until; }, time);
}

bool World::run_until(const std::function<bool()>& condition, milliseconds patience) {
  const SteadyTime until = steady() + patience;
  for (;;) {
    settle();
    if (condition()) return true;
    if (steady() >= until) return false;
    // A line whose reader takes nothing now is looked at again a moment later.
    elapsed_ = std::clamp(next_event(), steady() + milliseconds(1), until).time_since_epoch();
  }
}

bool World::in_step() {
  return ada_->up() && bo_->up() && !ada_->fold_wanted_ && !bo_->fold_wanted_ && ada_->household().in_step() &&
         bo_->household().in_step();
}

void World::cut() {
  story("cut");
  for (const auto& cable : cables_) {
    ++cuts_;
    cable->broken = true;
    for (End& end : cable->ends) {
      if (end.node->up() && !std::exchange(end.told_closed, true)) end.node->household().switchboard().closed(end.line);
    }
  }
  cables_.clear();
  settle();
}

void World::forget(Node& node) {
  std::erase_if(attempts_, [&](const Attempt& attempt) { return attempt.from == &node; });
  for (const auto& cable : cables_) {
    if (cable->ends[0].node != &node && cable->ends[1].node != &node) continue;
    cable->broken = true;
    for (End& end : cable->ends) {
      if (end.node != &node && !std::exchange(end.told_closed, true)) {
        end.node->household().switchboard().closed(end.line);
      }
    }
  }
  std::erase_if(cables_, [](const auto& cable) { return cable->broken; });
}

void World::set_network(bool up) {
  story(up ? "network up" : "network down");
  network_up_ = up;
  if (!up) cut();
}

void World::pair() {
  std::string code;
  bool ada_paired = false;
  bool bo_paired = false;
  std::string failure;
  const auto meet = [&](Node& node, const control::Pair& asked, bool& paired) {
    Household& household = node.household();
    return Meeting::start(
        {household.shelf(), household.switchboard(), true, [&household] { return household.database().refusal(); }},
        asked,
        {[&](const control::PairEvent& event) {
           if (event.has_window()) code = event.window().code();
           if (event.has_paired()) paired = true;
         },
         [&](const control::Error& error) { failure = error.ShortDebugString(); }});
  };
  control::Pair asked;
  asked.set_accept_anyone(true);
  const auto hosting = meet(ada(), asked, ada_paired);
  if (!run_until([&] { return !code.empty(); }, milliseconds(5'000))) throw std::runtime_error("no window");
  asked.set_invitation(code);
  const auto joining = meet(bo(), asked, bo_paired);
  if (!run_until([&] { return ada_paired && bo_paired; }, milliseconds(60'000))) {
    throw std::runtime_error("not paired: " + failure);
  }
  story("paired");
}

}  // namespace duolog::simulation
