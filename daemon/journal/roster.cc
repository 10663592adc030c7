// roster.cc: chains proven against the genesis, remembered.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/roster.h"

namespace duolog::journal {
namespace {

// In LocalState: u32 length || body || signature, for each certificate.
Bytes encode(const crypto::Chain& chain) {
  Bytes out;
  for (const crypto::Certificate& certificate : chain) {
    append_u32(out, static_cast<std::uint32_t>(certificate.body.size()));
    append(out, certificate.body);
    append(out, certificate.signature);
  }
  return out;
}

crypto::Chain decode(ByteView from) {
  crypto::Chain chain;
  while (from.size() >= 4) {
    const std::size_t length = read_u32(from);
    crypto::Certificate certificate;
    if (from.size() < 4 + length + certificate.signature.size()) break;
    certificate.body = to_bytes(from.subspan(4, length));
    const ByteView signature = from.subspan(4 + length, certificate.signature.size());
    std::copy(signature.begin(), signature.end(), certificate.signature.begin());
    from = from.subspan(4 + length + certificate.signature.size());
    chain.push_back(std::move(certificate));
  }
  return chain;
}

}  // namespace

Roster::Roster(store::LocalState& state, const crypto::Genesis& genesis)
    : state_(state), prefix_("chain/" + hex(genesis.id().bytes) + "/"), roots_(genesis.roots()) {
  for (const std::string& name : state_.names(prefix_)) {
    const auto value = state_.get(name);
    const crypto::Chain chain = value ? decode(*value) : crypto::Chain();
    if (const auto proven = prove(chain)) add(chain, *proven, false);
  }
}

std::optional<crypto::ProvenDevice> Roster::prove(const crypto::Chain& chain) const {
  if (const Known* known = same(chain)) return known->proven;
  return crypto::prove(chain, roots_);
}

bool Roster::knows(const crypto::Chain& chain) const { return same(chain) != nullptr; }

const Roster::Known* Roster::same(const crypto::Chain& chain) const {
  const auto last = chain.empty() ? std::nullopt : crypto::decode(chain.back());
  const auto found = last ? known_.find(last->device.id()) : known_.end();
  return found != known_.end() && found->second.chain == chain ? &found->second : nullptr;
}

std::size_t Roster::count(const RootId& person, const Which& which) const {
  return static_cast<std::size_t>(std::ranges::count_if(known_, [&](const auto& one) {
    const crypto::ProvenDevice& device = one.second.proven;
    return device.person == person && which(device);
  }));
}

void Roster::add(const crypto::Chain& chain, const crypto::ProvenDevice& device, bool keep) {
  const DeviceId id = device.device.id();
  if (known_.contains(id)) return;
  if (keep) state_.put(prefix_ + hex(id.bytes), encode(chain));
  known_.emplace(id, Known{chain, device});
}

const crypto::ProvenDevice* Roster::find(const DeviceId& device) const {
  const auto found = known_.find(device);
  return found != known_.end() ? &found->second.proven : nullptr;
}

const crypto::Chain* Roster::chain_of(const DeviceId& device) const {
  const auto found = known_.find(device);
  return found != known_.end() ? &found->second.chain : nullptr;
}

std::vector<const crypto::ProvenDevice*> Roster::devices() const {
  std::vector<const crypto::ProvenDevice*> devices;
  devices.reserve(known_.size());
  for (const auto& [id, known] : known_) devices.push_back(&known.proven);
  return devices;
}

std::vector<crypto::Chain> Roster::chains() const {
  std::vector<crypto::Chain> chains;
  chains.reserve(known_.size());
  for (const auto& [device, known] : known_) chains.push_back(known.chain);
  return chains;
}

}  // namespace duolog::journal
