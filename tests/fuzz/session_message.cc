// A partner's bytes as a message of a session: a ProtocolError and nothing else, or a message within every limit whose
// own spelling reads as the same message.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"
#include "daemon/home/address.h"
#include "daemon/sync/message.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

struct Spelled {
  std::optional<Bytes> operator()(const sync::Unknown&) const { return std::nullopt; }
  template <class Kind>
  std::optional<Bytes> operator()(const Kind& message) const {
    return sync::encode(message);
  }
};

struct Limits {
  void operator()(const sync::Hello& hello) const {
    must(hello.addresses.size() <= kAddressesLimit, "too many addresses");
    for (const std::string& address : hello.addresses) must(is_address(address), "no address");
    (*this)(hello.claim);
  }
  void operator()(const sync::Claim& claim) const {
    must(claim.entries.size() <= sync::kDevicesLimit, "too many devices");
    std::size_t missing = 0;
    for (const auto& [device, seqs] : claim.missing) missing += seqs.size();
    must(missing <= sync::kMissingLimit, "too many bodies are missing");
  }
  void operator()(const sync::Certs& certs) const {
    must(certs.chains.size() <= sync::kDevicesLimit, "too many chains");
    for (const auto& chain : certs.chains) must(!chain.empty() && chain.size() <= crypto::kChainLimit, "no chain");
  }
  void operator()(const sync::Run& run) const {
    must(!run.records.empty() && run.records.size() <= crypto::kRunLimit, "no run");
    must(run.start >= 1 && run.start + run.records.size() - 1 <= crypto::kSeqLimit, "a run beyond the last seq");
  }
  void operator()(const sync::BodyWant& want) const {
    must(!want.seqs.empty() && want.seqs.size() <= sync::kWantLimit, "no question");
  }
  void operator()(const sync::HeadWant& want) const {
    must(want.seq >= 1 && want.count >= 1 && want.count <= sync::kWantLimit, "no question");
  }
  void operator()(const sync::Heads& heads) const { must(heads.heads.size() <= sync::kWantLimit, "too many heads"); }
  void operator()(const sync::BlobWant& want) const {
    must(!want.chunks.empty() && want.chunks.size() <= sync::kChunkWantLimit, "no question");
  }
  void operator()(const sync::BlobGive& give) const {
    must(!give.ciphertext || give.ciphertext->size() <= crypto::kSealedChunkLimit, "too long a chunk");
  }
  void operator()(const sync::EpochWant& want) const {
    must(!want.epochs.empty() && want.epochs.size() <= sync::kEpochsLimit, "no question");
  }
  void operator()(const sync::EpochGive& give) const {
    must(!give.secrets.empty() && give.secrets.size() <= sync::kEpochsLimit, "no gift");
  }
  void operator()(const sync::GenesisTold& told) const {
    must(told.genesis.size() <= sync::kGenesisLimit, "too long a genesis");
  }
  template <class Kind>
  void operator()(const Kind&) const {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size, crypto::kMessageLimit);
  try {
    const sync::Message message = sync::decode({data, size});
    std::visit(Limits(), message);
    const auto spelled = std::visit(Spelled(), message);
    if (!spelled) return 0;
    if (const auto* hello = std::get_if<sync::Hello>(&message); hello && hello->version > sync::kVersion) return 0;
    const sync::Message again = sync::decode(*spelled);
    must(again.index() == message.index(), "a message became another kind");
    must(std::visit(Spelled(), again) == spelled, "a message says something else the second time");
  } catch (const sync::ProtocolError& error) {
    must(*error.what() != '\0', "an error says nothing");
  }
  return 0;
}
