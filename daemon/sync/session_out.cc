// session_out.cc: what goes out, one message each time it is asked for, the most urgent first.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/certs.h"
#include "daemon/sync/session_state.h"

namespace duolog::sync {
namespace {

// Looking for a valid signature takes as long, for each head looked at, as sending about so many bytes.
constexpr std::size_t kSearchPrice = 4096;

std::vector<std::string> sendable(const std::vector<std::string>& addresses) {
  std::vector<std::string> valid;
  for (const std::string& address : addresses)
    if (valid.size() < kAddressesLimit && is_address(address)) valid.push_back(address);
  return valid;
}

std::size_t size_of(std::span<const crypto::Record> run) {
  std::size_t bytes = 0;
  for (const crypto::Record& record : run) bytes += record.head.size() + (record.body ? record.body->size() : 0);
  return bytes;
}

}  // namespace

bool Session::State::has_next() const {
  if (phase == Phase::kParted) return bye_queued;
  if (phase == Phase::kQuiet) return false;
  if (hello_queued || ping_queued) return true;
  return phase == Phase::kFlowing &&
         (fork_due() || question_due() || !head_wants.empty() || receipt_owed || !epochs_to_ask.empty() ||
          epochs_due() || certs_due() || run_due() || wants.has_question() || body_due() || chunk_question_due() ||
          !chunks_owed.empty());
}

std::optional<Bytes> Session::State::next() {
  if (bye_queued) return send_bye();
  if (phase == Phase::kParted || phase == Phase::kQuiet) return std::nullopt;
  if (hello_queued) return send_hello();
  if (std::exchange(ping_queued, false)) return encode(Ping{});
  if (phase == Phase::kGreeting) return std::nullopt;
  if (const auto device = fork_due()) return send_fork(*device);
  if (question_due()) return send_question();
  if (!head_wants.empty()) return send_heads();
  if (receipt_owed) return send_receipt();
  if (!epochs_to_ask.empty()) return send_epoch_question();
  if (epochs_due())
    if (auto epochs = send_epochs()) return epochs;
  if (certs_due())
    if (auto certs = send_certs()) return certs;
  while (const auto device = run_due())
    if (auto run = send_run(*device)) return run;
  if (wants.has_question()) return encode(wants.question());
  while (body_due())
    if (auto body = send_body()) return body;
  if (chunk_question_due()) return send_chunk_question();
  if (!chunks_owed.empty()) return send_chunk();
  return std::nullopt;
}

Bytes Session::State::send_hello() {
  hello_queued = false;
  Hello hello{kVersion, facts.self, facts.time_ms, sendable(facts.addresses), ours.claim(), false, false};
  hello.gives_blobs = hooks.chunks.store != nullptr;
  hello.gives_epochs = static_cast<bool>(hooks.epochs.wanted);
  told(hello.claim);
  receipt_owed = false;  // it says the same
  return encode(hello);
}

Bytes Session::State::send_bye() {
  bye_queued = false;
  return encode(Bye{static_cast<int>(parting)});
}

Bytes Session::State::send_receipt() {
  receipt_owed = false;
  told(ours.claim());
  return encode(last_told);
}

void Session::State::told(Claim claim) {
  for (const store::FrontierEntry& entry : claim.entries) theirs.of(entry.device).told = entry.seq;
  last_told = std::move(claim);
}

// ---- forks ----

std::optional<DeviceId> Session::State::fork_due() const {
  for (const auto& [device, proof] : ours.forks()) {
    const TheirLog* there = theirs.find(device);
    const auto told = forks_told.find(device);
    const bool is_news = told == forks_told.end() || told->second > proof.start_seq;
    if (is_news && there != nullptr && there->listed) return device;
  }
  return std::nullopt;
}

Bytes Session::State::send_fork(const DeviceId& device) {
  const store::ForkProof& proof = ours.forks().at(device);
  forks_told[device] = proof.start_seq;
  return encode(proof);
}

bool Session::State::question_due() const {
  return std::any_of(searches.begin(), searches.end(), [](const auto& one) { return one.second.has_question(); });
}

Bytes Session::State::send_question() {
  const auto at =
      std::find_if(searches.begin(), searches.end(), [](const auto& one) { return one.second.has_question(); });
  return encode(at->second.question(at->first));
}

// One head is whatever stands there; of several, those up to the first whose signature holds.
Bytes Session::State::send_heads() {
  const HeadWant want = head_wants.front();
  head_wants.pop_front();
  Heads heads{want.device, want.seq, {}};
  const bool is_held = want.seq <= ours.held(want.device);
  if (is_held && want.count == 1) heads.heads = log.read_heads(facts.journal, want.device, want.seq, 1);
  if (is_held && want.count > 1) heads.heads = log.read_evidence(facts.journal, want.device, want.seq);
  if (is_held && want.count > 1) spend(kSearchPrice * (heads.heads.empty() ? kWantLimit : heads.heads.size()));
  if (heads.heads.size() > want.count) heads.heads.resize(want.count);
  spend((heads.heads.size() + 1) * crypto::kSignedHeaderLength);
  return encode(heads);
}

// ---- chains ----

bool Session::State::chain_is_due(const store::FrontierEntry& entry) const {
  const TheirLog* there = theirs.find(entry.device);
  return entry.seq > 0 && (there == nullptr || !there->listed) && !chains_offered.contains(entry.device);
}

bool Session::State::certs_due() const {
  const store::Frontier& frontier = ours.frontier();
  return !chains_queued.empty() ||
         std::any_of(frontier.begin(), frontier.end(), [&](const auto& entry) { return chain_is_due(entry); });
}

std::optional<Bytes> Session::State::send_certs() {
  std::set<DeviceId> due;
  for (const store::FrontierEntry& entry : ours.frontier())
    if (chain_is_due(entry)) due.insert(entry.device);
  for (crypto::Chain& chain : known_chains()) {
    const auto body = chain.empty() ? std::nullopt : crypto::decode(chain.back());
    if (body && due.contains(body->device.id())) chains_queued.push_back(std::move(chain));
  }
  chains_offered.merge(due);
  if (chains_queued.empty()) return std::nullopt;
  return encode(next_certs(chains_queued));
}

std::vector<crypto::Chain> Session::State::known_chains() {
  const InHook inside(in_hook);
  return hooks.chains ? hooks.chains() : std::vector<crypto::Chain>{};
}

// ---- records ----

bool Session::State::run_is_due(const DeviceId& device) const {
  const TheirLog* there = theirs.find(device);
  return there != nullptr && there->listed && !there->differs && !there->halted && there->sent < ours.held(device);
}

// Our own words first, so that a long history of others does not hold up what was written just now.
std::optional<DeviceId> Session::State::run_due() const {
  if (theirs.under_way() >= kWindow) return std::nullopt;
  if (run_is_due(facts.self)) return facts.self;
  for (const store::FrontierEntry& entry : ours.frontier())
    if (run_is_due(entry.device)) return entry.device;
  return std::nullopt;
}

std::optional<Bytes> Session::State::send_run(const DeviceId& device) {
  TheirLog& there = theirs.of(device);
  Run run{device, there.sent + 1, log.read_run(facts.journal, device, there.sent + 1)};
  if (run.records.empty()) {
    there.halted = true;  // frozen since we looked, or damaged here
    spend(kSearchPrice);  // finding nothing may have cost many signatures
    return std::nullopt;
  }
  if (run.start <= there.sent_ever) spend(size_of(run.records));
  theirs.sent_run(device, run.start + run.records.size() - 1);
  return encode(run);
}

bool Session::State::body_due() const { return !answers.empty() && theirs.under_way() < kWindow; }

// A record without its body says that there is none to be had here. Kinds that never lose theirs are not read then.
std::optional<Bytes> Session::State::send_body() {
  const BodyPlace place = answers.take();
  Run run{place.first, place.second, log.read_run(facts.journal, place.first, place.second, 1)};
  if (run.records.empty()) {  // its signature was looked at and does not hold
    spend(kSearchPrice);
    return std::nullopt;
  }
  if (answers.was_given(place)) spend(size_of(run.records));
  if (run.records.front().body) theirs.sent_body(place.first, place.second);
  return encode(run);
}

void Session::State::spend(std::size_t bytes) {
  resent_bytes += bytes;
  if (resent_bytes > kResendBudget) throw ProtocolError("it has us send the same again and again");
}

}  // namespace duolog::sync
