// session.cc: what comes in.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/session.h"

#include "crypto/check.h"
#include "daemon/sync/session_state.h"

namespace duolog::sync {
namespace {

constexpr std::size_t kHeadWantsLimit = kDevicesLimit;  // an honest peer has one question open for each device

// The device that a chain ends at.
DeviceId device_of(const crypto::Chain& chain) {
  const auto body = crypto::decode(chain.back());
  if (!body) throw ProtocolError("a certificate is malformed");
  return body->device.id();
}

bool is_said_in_bye(Parting why) { return why >= Parting::kStopping && why <= Parting::kFrozen; }

}  // namespace

// ---- the door ----

Session::Session(store::SealedLog& log, Facts facts, Hooks hooks)
    : state_(std::make_unique<State>(log, std::move(facts), std::move(hooks))) {}
Session::~Session() = default;

void Session::start() {
  check(state_->phase == State::Phase::kQuiet, "a session was started twice");
  state_->ours.refresh();
  state_->phase = State::Phase::kGreeting;
  state_->hello_queued = true;
}

void Session::receive(ByteView message) {
  check(!state_->in_hook, "a session received from inside its own hook");
  try {
    state_->receive(message);
  } catch (...) {  // our own disk: what was stored before it refused is told all the same
    state_->tell_news();
    throw;
  }
  state_->tell_news();
}

void Session::log_grew() {
  if (state_->phase != State::Phase::kGreeting && state_->phase != State::Phase::kFlowing) return;
  state_->ours.refresh();
  state_->plan_chunks_on();
  state_->plan_epochs();
  if (state_->phase == State::Phase::kFlowing) state_->or_part([this] { state_->log_changed(); });
  state_->tell_news();
}

void Session::ping() { state_->ping_queued = true; }
void Session::part(Parting reason) { state_->part(reason, {}); }

std::optional<Bytes> Session::next() {
  std::optional<Bytes> message;
  state_->or_part([&] { message = state_->next(); });
  return message;
}
bool Session::has_next() const { return state_->has_next(); }

Parting Session::reason() const { return state_->parting; }
Parting Session::their_reason() const { return state_->their_parting; }
const std::string& Session::detail() const { return state_->detail; }

std::uint64_t Session::unacknowledged() const {
  std::uint64_t count = 0;
  for (const store::FrontierEntry& entry : state_->ours.frontier()) {
    const TheirLog* there = state_->theirs.find(entry.device);
    const std::uint64_t known = there != nullptr && !there->differs ? std::min(there->known(), entry.seq) : 0;
    count += entry.seq - known;
    if (there != nullptr)
      count += static_cast<std::uint64_t>(std::distance(there->missing.begin(), there->missing.upper_bound(known)));
  }
  return count;
}

std::uint64_t Session::lacking() const {
  const OurLog& ours = state_->ours;
  std::uint64_t count = 0;
  for (const auto& [device, log] : state_->theirs.all()) {
    const auto fork = ours.forked_at(device);
    const std::uint64_t theirs = fork ? std::min(log.known(), *fork - 1) : log.known();
    if (theirs > ours.held(device) && !state_->chains_refused.contains(device)) count += theirs - ours.held(device);
  }
  for (const auto& [device, seqs] : ours.missing()) count += seqs.size();
  return count;
}

bool Session::gives_chunks() const { return state_->they_give_blobs; }

bool Session::in_step() const {
  return state_->phase == State::Phase::kFlowing && state_->theirs.under_way() == 0 && state_->searches.empty() &&
         state_->chunks_awaited.empty() && !state_->has_next() && unacknowledged() == 0 && lacking() == 0;
}

// ---- the machine ----

void Session::State::receive(ByteView bytes) {
  if (phase != Phase::kGreeting && phase != Phase::kFlowing) return;
  try {
    or_part([&] {
      Message message = decode(bytes);
      const bool may_come_first = std::holds_alternative<Hello>(message) || std::holds_alternative<Bye>(message) ||
                                  std::holds_alternative<Unknown>(message);
      if (phase == Phase::kGreeting && !may_come_first) throw ProtocolError("it did not greet first");
      std::visit([this](auto& one) { on(one); }, message);
    });
  } catch (const store::NotDurable&) {
    disk_refused = true;
    throw;
  }
}

// The one place where what they did wrong ends the session.
void Session::State::or_part(const std::function<void()>& step) {
  try {
    step();
  } catch (const ProtocolError& error) {
    part(Parting::kViolation, error.what());
  }
}

void Session::State::on(const Hello& hello) {
  if (phase != Phase::kGreeting) throw ProtocolError("it greeted twice");
  if (hello.version != kVersion) return part(Parting::kNewer, "it speaks a newer version");
  if (hello.device != facts.other) throw ProtocolError("it greets as another device than the one that shook hands");
  phase = Phase::kFlowing;
  they_give_blobs = hello.gives_blobs && hooks.chunks.store != nullptr;
  they_give_epochs = hello.gives_epochs && hooks.epochs.wanted;
  plan_epochs();
  news.emplace_back([this, greeting = Greeting{hello.time_ms, hello.addresses}] {
    if (hooks.greeted) hooks.greeted(greeting);
  });
  learn(hello.claim);
}

void Session::State::on(const Claim& claim) { learn(claim); }

void Session::State::learn(const Claim& claim) {
  wants.came_there(theirs, claim);
  theirs.tell(claim);
  log_changed();
}

void Session::State::log_changed() {
  drop_settled_searches();
  compare_claims();
  wants.plan(ours, theirs);
  // What we hold beyond what they know of, and they hold too, is to be receipted.
  for (const store::FrontierEntry& entry : ours.frontier()) {
    const TheirLog* there = theirs.find(entry.device);
    if (there != nullptr && there->listed && there->told < std::min(entry.seq, there->known())) receipt_owed = true;
  }
  if (!ours.missing().empty() || !last_told.missing.empty())
    receipt_owed = receipt_owed || ours.claim().missing != last_told.missing;
  plan_chunks();
}

void Session::State::compare_claims() {
  bool changed = false;
  for (auto& [device, there] : theirs.all()) {
    there.halted = false;
    if (!there.listed || there.checked || !ours.knows(device)) continue;
    const auto fork = ours.forked_at(device);
    if (fork && there.claimed.seq >= *fork) {  // they do not know of it yet; below it nothing differs
      there.differs = false;
      continue;
    }
    if (there.claimed.seq > ours.held(device)) continue;  // compared when we have got there
    changed = compare(there) || changed;
  }
  if (!changed) return;
  store::Frontier frontier;
  for (const auto& [device, entry] : acknowledged) frontier.push_back(entry);
  news.emplace_back([this, frontier = std::move(frontier)] {
    if (hooks.acknowledged) hooks.acknowledged(frontier);
  });
}

// True when something was acknowledged.
bool Session::State::compare(TheirLog& there) {
  const store::FrontierEntry& claimed = there.claimed;
  const auto ours_there = ours.id_at(claimed.device, claimed.seq);
  there.checked = true;
  there.differs = ours_there && *ours_there != claimed.head;
  if (!ours_there) return false;
  if (!there.differs) return acknowledge(there);
  if (claimed.seq == 0) throw ProtocolError("an empty chain has a wrong beginning");
  begin_search(claimed.device, claimed.seq);
  return false;
}

// What lies above the lowest missing body is not receipted.
bool Session::State::acknowledge(const TheirLog& there) {
  store::FrontierEntry entry = there.claimed;
  if (!there.missing.empty()) {
    entry.seq = *there.missing.begin() - 1;
    const auto head = ours.id_at(entry.device, entry.seq);
    if (!head) return false;
    entry.head = *head;
  }
  const auto before = acknowledged.find(entry.device);
  if (before != acknowledged.end() && before->second == entry) return false;
  acknowledged[entry.device] = entry;
  return true;
}

void Session::State::on(const Certs& certs) {
  for (const crypto::Chain& chain : certs.chains) {
    const DeviceId device = device_of(chain);
    if (ours.knows(device)) continue;
    if (++chains_judged > kDevicesLimit) throw ProtocolError("more chains than there can be devices");
    if (admits(chain) && log.admitted(facts.journal, device)) {
      chains_refused.erase(device);
      receipt_owed = true;
    } else {
      chains_refused.insert(device);
    }
  }
  ours.refresh_heads();
  log_changed();
}

bool Session::State::admits(const crypto::Chain& chain) {
  const InHook inside(in_hook);
  return hooks.admit && hooks.admit(chain);
}

void Session::State::on(Run& run) {
  if (!ours.knows(run.device)) return overlook("runs of a device that was never admitted");
  const auto records = std::make_shared<const std::vector<crypto::Record>>(std::move(run.records));
  const store::Accepted accepted = log.accept(facts.journal, run.device, run.start, records);
  receipt_owed = true;
  switch (accepted.verdict) {
    case store::Accepted::Verdict::kStored:
    case store::Accepted::Verdict::kBodies:
    case store::Accepted::Verdict::kNothingNew:
      return stored(run, *records, accepted);
    case store::Accepted::Verdict::kGap:
      return overlook("runs beyond a gap");
    case store::Accepted::Verdict::kUnknownDevice:
      return overlook("runs of a device that was never admitted");
    case store::Accepted::Verdict::kFrozen:
      return overlook("runs of a frozen device");
    case store::Accepted::Verdict::kRefused:
      return part(Parting::kRefusedRun, accepted.why);
    case store::Accepted::Verdict::kFork:
      if (!accepted.fork || !freeze(*accepted.fork)) throw ProtocolError("a fork that cannot be proven");
  }
}

// The run is ours now, so they hold it too.
void Session::State::stored(const Run& run, std::span<const crypto::Record> records, const store::Accepted& accepted) {
  const std::uint64_t last = run.start + records.size() - 1;
  const bool has_news = accepted.verdict != store::Accepted::Verdict::kNothingNew;
  const bool is_longer = accepted.verdict == store::Accepted::Verdict::kStored;
  ours.run_came(run.device, run.start, records);
  wants.came_here(run.device, run.start, records);
  TheirLog& there = theirs.of(run.device);
  there.shown = std::max(there.shown, std::min(last, ours.held(run.device)));
  there.sent = std::max(there.sent, there.shown);
  if (has_news) {
    news.emplace_back([this, author = run.device, first = is_longer ? accepted.first : run.start,
                       end = is_longer ? accepted.last : last] {
      if (hooks.stored) hooks.stored(author, first, end);
    });
  }
  compare_claims();
}

void Session::State::on(const BodyWant& want) { answers.want(want, ours.held(want.device)); }

void Session::State::on(const HeadWant& want) {
  if (head_wants.size() >= kHeadWantsLimit) throw ProtocolError("too many heads are wanted at once");
  head_wants.push_back(want);
}

void Session::State::on(const Bye& bye) {
  part(Parting::kTheyLeft, "they left");
  const auto said = static_cast<Parting>(bye.reason);
  their_parting = is_said_in_bye(said) ? said : Parting::kTheyLeft;
}

void Session::State::overlook(const char* what) {
  if (!disk_refused && ++overlooked > kIgnoredLimit) throw ProtocolError(std::string("too many ") + what);
}

void Session::State::part(Parting why, std::string text) {
  if (phase == Phase::kParted || why == Parting::kNone) return;
  bye_queued = is_said_in_bye(why);
  phase = Phase::kParted;
  parting = why;
  detail = std::move(text);
}

// One at a time; a hook that causes more news does not nest.
void Session::State::tell_news() {
  if (in_hook) return;
  const InHook inside(in_hook);
  while (!news.empty()) {
    const auto one = std::move(news.front());
    news.pop_front();
    one();
  }
}

}  // namespace duolog::sync
