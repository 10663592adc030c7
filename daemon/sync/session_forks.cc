// session_forks.cc: a chain that has two branches: found, proven, frozen, told.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/session_state.h"

namespace duolog::sync {

void Session::State::on(const Heads& heads) {
  const auto at = searches.find(heads.device);
  if (at == searches.end() || !at->second.awaits(heads)) return overlook("heads that nobody asked for");
  // Nothing to be had: the chain was frozen there meanwhile, and the proof is on its way.
  if (heads.heads.empty()) {
    searches.erase(at);
    return;
  }
  if (at->second.wants_run()) return prove(heads.device, heads.heads);
  search(heads, at->second);
}

void Session::State::search(const Heads& heads, ForkSearch& search) {
  const auto header = crypto::decode_header(heads.heads.front());
  if (heads.heads.size() != 1 || !header || header->device != heads.device || header->seq != heads.start)
    throw ProtocolError("a head is not the one that was asked for");
  const auto ours_there = ours.id_at(heads.device, heads.start);
  if (!ours_there) return void(searches.erase(heads.device));  // damaged here: nothing can be said
  search.learn(heads.heads.front(), crypto::record_id(facts.journal, heads.heads.front()) == *ours_there);
  if (search.found()) prove(heads.device, {search.their_head()});
}

// Mostly one head of each branch is proof enough: an honest author signs every record. Where theirs does not verify
// alone, a run of them that ends in a valid signature is asked for.
void Session::State::prove(const DeviceId& device, std::vector<crypto::SignedHeader> their_heads) {
  ForkSearch& search = searches.at(device);
  const std::uint64_t lowest = search.lowest();
  auto our_heads = log.read_evidence(facts.journal, device, lowest);
  if (our_heads.empty()) return void(searches.erase(device));  // damaged here
  if (freeze({device, lowest, std::move(our_heads), std::move(their_heads)})) return;
  if (search.wants_run()) throw ProtocolError("a fork that it cannot prove");
  search.want_run();
}

bool Session::State::freeze(const store::ForkProof& proof) {
  const auto before = ours.forked_at(proof.device);
  if (!log.freeze(facts.journal, proof)) return false;
  const DeviceId device = proof.device;  // `proof` may live in what refresh() replaces
  ours.refresh();
  theirs.forget_sent(device);
  receipt_owed = true;
  if (ours.forked_at(device) != before) {
    news.emplace_back([this, device] {
      if (hooks.forked) hooks.forked(device);
    });
  }
  log_changed();
  return true;
}

void Session::State::on(const store::ForkProof& fork) {
  if (!ours.knows(fork.device)) return overlook("proofs about a device that was never admitted");
  const auto told = forks_told.try_emplace(fork.device, fork.start_seq).first;
  told->second = std::min(told->second, fork.start_seq);
  const auto known = ours.forked_at(fork.device);
  if (known && *known <= fork.start_seq) return;
  if (freeze(fork)) return;
  // It may hold and still not grow from our chain, where ours parted from theirs before: then that is the fork to find.
  const std::uint64_t below = fork.start_seq - 1;
  const auto header = crypto::decode_header(fork.ours.front());
  const auto ours_there = below > 0 && below <= ours.held(fork.device) ? ours.id_at(fork.device, below) : std::nullopt;
  if (!header || !ours_there || *ours_there == header->prev) throw ProtocolError("the proof of a fork does not hold");
  begin_search(fork.device, below);
}

void Session::State::begin_search(const DeviceId& device, std::uint64_t different) {
  const auto agreed = acknowledged.find(device);
  const std::uint64_t equal = agreed != acknowledged.end() ? agreed->second.seq : 0;
  searches.try_emplace(device, equal < different ? equal : 0, different);
}

void Session::State::drop_settled_searches() {
  std::erase_if(searches, [&](const auto& one) {
    const auto fork = ours.forked_at(one.first);
    return fork && *fork <= one.second.lowest();
  });
}

}  // namespace duolog::sync
