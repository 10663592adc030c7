// ingest.cc: a run is compared with what is held, then verified, and only then believed. proto/README.md section 3.2.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/ingest.h"

namespace duolog::store {
namespace {

using crypto::ChainPosition;
using crypto::Record;
using crypto::RunFault;
using crypto::SignedHeader;
using Verdict = Accepted::Verdict;

Judgement refused(RunFault fault) {
  Judgement judgement;
  judgement.accepted.verdict = Verdict::kRefused;
  judgement.accepted.why = crypto::describe(fault);
  return judgement;
}

Judgement verdict(Verdict verdict) {
  Judgement judgement;
  judgement.accepted.verdict = verdict;
  return judgement;
}

bool is_too_long(std::span<const Record> run) {
  std::size_t bytes = 0;
  for (const Record& record : run) bytes += crypto::kSignedHeaderLength + (record.body ? record.body->size() : 0);
  return run.size() > crypto::kRunLimit || bytes > crypto::kRunBytesLimit;
}

std::vector<SignedHeader> heads_of(std::span<const Record> run) {
  std::vector<SignedHeader> heads;
  for (const Record& record : run) heads.push_back(record.head);
  return heads;
}

// The run says something else than we hold, from `seq` on. If its signature holds, the author has two branches.
Judgement judge_branch(Chains& chains, const Chain& chain, std::uint64_t seq, std::span<const Record> theirs) {
  const auto prev = chains.id_at(chain, seq - 1);
  const auto ours = chains.head_at(chain, seq);
  const auto header = ours ? crypto::decode_header(*ours) : std::nullopt;
  if (!prev || !header || header->prev != *prev) {  // damaged here: nobody is to blame
    chains.report(chain, seq, Damage::Kind::kHead);
    return verdict(Verdict::kNothingNew);
  }
  const auto verified = crypto::verify_run(chain.journal, chain.device, chain.key, {seq, *prev}, theirs);
  if (const auto* fault = std::get_if<RunFault>(&verified)) return refused(*fault);
  ForkProof proof{chain.device, seq, evidence(chains, chain, seq), heads_of(theirs)};
  if (!proof_holds(chains, chain, proof)) return verdict(Verdict::kNothingNew);  // our own branch is damaged
  Judgement judgement = verdict(Verdict::kFork);
  judgement.accepted.fork = std::move(proof);
  return judgement;
}

// Records we hold, head by head the same: only a body can be new.
std::optional<RunFault> judge_bodies(Chains& chains, const Chain& chain, std::uint64_t start_seq,
                                     std::span<const Record> held, Judgement& judgement) {
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (!held[i].body) continue;
    if (!crypto::body_matches(held[i].head, *held[i].body)) return RunFault::kBodyMismatch;
    if (chains.lacks_body(chain, start_seq + i)) judgement.bodies.emplace_back(start_seq + i, &held[i]);
  }
  return std::nullopt;
}

// Where the run first differs from what we hold, as an index; nullopt: nowhere.
std::optional<std::size_t> first_difference(Chains& chains, const Chain& chain, std::uint64_t start_seq,
                                            std::span<const Record> held) {
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (chains.head_at(chain, start_seq + i) != held[i].head) return i;
  }
  return std::nullopt;
}

// Does the chain, from the place behind it on, continue this record? Where that head is lost too, its signature must
// do.
bool continued(Chains& chains, const Chain& chain, std::uint64_t seq, const RecordId& id) {
  if (seq == chain.seq) return id == chain.head;
  if (chain.lost_heads.contains(seq + 1)) return true;
  const auto next = chains.head_at(chain, seq + 1);
  const auto header = next ? crypto::decode_header(*next) : std::nullopt;
  return header && header->prev == id;
}

// One record for a place whose head is lost: it is the one that was there if it stands between its neighbours. They are
// asked for one by one and the lowest first. What does not fit blames nobody: the damage is ours.
Judgement judge_mending(Chains& chains, const Chain& chain, std::uint64_t seq, std::span<const Record> one) {
  const auto prev = chain.lost_heads.contains(seq - 1) ? std::nullopt : chains.id_at(chain, seq - 1);
  if (!prev) return verdict(Verdict::kNothingNew);
  const auto verified = crypto::verify_run(chain.journal, chain.device, chain.key, {seq, *prev}, one);
  const auto* run = std::get_if<crypto::VerifiedRun>(&verified);
  if (run == nullptr || !continued(chains, chain, seq, run->ids.front())) return verdict(Verdict::kNothingNew);
  Judgement judgement = verdict(Verdict::kBodies);
  judgement.mended = &one.front();
  judgement.accepted.bodies = {seq};
  judgement.accepted.first = judgement.accepted.last = seq;
  return judgement;
}

// What continues the chain is verified from its end on; what came before it in the run is ours already.
std::optional<RunFault> judge_fresh(const Chain& chain, std::span<const Record> fresh, Judgement& judgement) {
  auto verified =
      crypto::verify_run(chain.journal, chain.device, chain.key, ChainPosition{chain.seq + 1, chain.head}, fresh);
  if (const auto* fault = std::get_if<RunFault>(&verified)) return *fault;
  judgement.fresh = fresh;
  judgement.ids = std::move(std::get<crypto::VerifiedRun>(verified).ids);
  judgement.accepted.first = chain.seq + 1;
  judgement.accepted.last = chain.seq + fresh.size();
  return std::nullopt;
}

// A proof may come before the records under it: those are everybody's, and still to come.
std::span<const Record> below_the_fork(const Chain& chain, std::span<const Record> fresh) {
  if (!chain.frozen()) return fresh;
  return fresh.first(std::min<std::uint64_t>(fresh.size(), chain.forked_at - 1 - chain.held()));
}

// Heads of one device that follow each other from `at`, the last one's signature valid.
bool branch_holds(const Chain& chain, ChainPosition at, std::span<const SignedHeader> heads) {
  if (heads.empty() || heads.size() > crypto::kRunLimit) return false;
  for (const SignedHeader& head : heads) {
    const auto header = crypto::decode_header(head);
    if (!header || header->device != chain.device || header->seq != at.seq || header->prev != at.prev) return false;
    at = {at.seq + 1, crypto::record_id(chain.journal, head)};
  }
  return crypto::signature_holds(chain.journal, chain.key, heads.back());
}

}  // namespace

Judgement judge(Chains& chains, const Chain& chain, std::uint64_t start_seq, std::span<const Record> run) {
  if (run.empty()) return refused(RunFault::kEmpty);
  if (is_too_long(run)) return refused(RunFault::kTooLong);
  if (start_seq == 0) return refused(RunFault::kMalformed);
  const std::uint64_t held = chain.held();
  if (start_seq > held + 1) return verdict(chain.frozen() ? Verdict::kFrozen : Verdict::kGap);

  if (run.size() == 1 && start_seq <= held && chain.lost_heads.contains(start_seq))
    return judge_mending(chains, chain, start_seq, run);

  const std::size_t overlap = std::min<std::uint64_t>(run.size(), held + 1 - start_seq);
  const auto known = run.first(overlap);
  const auto fresh = run.subspan(overlap);
  if (const auto at = first_difference(chains, chain, start_seq, known)) {
    return judge_branch(chains, chain, start_seq + *at, run.subspan(*at));
  }
  Judgement judgement;
  if (const auto fault = judge_bodies(chains, chain, start_seq, known, judgement)) return refused(*fault);
  const auto wanted = below_the_fork(chain, fresh);
  if (!wanted.empty()) {
    const auto fault = judge_fresh(chain, wanted, judgement);
    // Cut off at the fork it need not end in a signature that holds: that blames nobody.
    if (fault && wanted.size() == fresh.size()) return refused(*fault);
  }
  Accepted& accepted = judgement.accepted;
  for (const auto& [seq, record] : judgement.bodies) accepted.bodies.push_back(seq);
  if (judgement.fresh.empty() && !accepted.bodies.empty()) {
    accepted.first = accepted.bodies.front();
    accepted.last = accepted.bodies.back();
  }
  accepted.verdict = !judgement.fresh.empty()    ? Verdict::kStored
                     : !judgement.bodies.empty() ? Verdict::kBodies
                     : !fresh.empty()            ? Verdict::kFrozen
                                                 : Verdict::kNothingNew;
  return judgement;
}

bool proof_holds(Chains& chains, const Chain& chain, const ForkProof& proof) {
  if (proof.device != chain.device || proof.ours.empty() || proof.theirs.empty()) return false;
  if (proof.start_seq == 0 || proof.ours.front() == proof.theirs.front()) return false;
  const auto first = crypto::decode_header(proof.ours.front());
  if (!first) return false;
  // What we hold below must be what both branches grow from; where we hold less, they must agree with each other.
  const auto parting = chains.id_at(chain, proof.start_seq - 1);
  if (parting && *parting != first->prev) return false;
  const ChainPosition at{proof.start_seq, first->prev};
  return branch_holds(chain, at, proof.ours) && branch_holds(chain, at, proof.theirs);
}

std::vector<SignedHeader> evidence(Chains& chains, const Chain& chain, std::uint64_t from_seq) {
  std::vector<SignedHeader> heads;
  for (const Row& row : chains.read(chain, {from_seq, chain.seq}, Chains::Bodies::kNone)) {
    heads.push_back(row.record.head);
    if (chains.verified(chain, row)) return heads;
  }
  return {};
}

}  // namespace duolog::store
