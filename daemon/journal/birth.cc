// birth.cc: four records, each at its place.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/birth.h"

#include "crypto/epoch.h"

namespace duolog::journal {
namespace {

using crypto::ChainPosition;

class Birth {
 public:
  Birth(const JournalSecrets& journal, const crypto::DeviceKeys& self, const std::vector<Founder>& founders,
        const Calendar& calendar, const Stamp& stamp)
      : journal_(journal), self_(self), founders_(founders), calendar_(calendar), stamp_(stamp) {}

  [[nodiscard]] crypto::Record make(const ChainPosition& at) const {
    if (at.seq == 1) return epoch_zero(at);
    if (at.seq == kBirthEpochs) return epoch_one(at);
    if (at.seq == kFoundSeq) return event(at, crypto::RecordKind::kMembership, found());
    return event(at, crypto::RecordKind::kEvent, calendar_);
  }

 private:
  // For the roots alone: the way back with the 24 words.
  [[nodiscard]] crypto::Record epoch_zero(const ChainPosition& at) const {
    std::vector<crypto::EpochRecipient> recipients;
    crypto::EpochMeta meta{{}, crypto::gone_digest({})};
    for (const Founder& founder : founders_) {
      recipients.push_back({founder.root.wrap, &founder.root_psk});
      meta.members.push_back(Hash{founder.root.id().bytes});
    }
    return epoch_record(at, 0, recipients, std::move(meta));
  }

  [[nodiscard]] crypto::Record epoch_one(const ChainPosition& at) const {
    const crypto::SlotPsk psk = crypto::epoch_psk(journal_.epochs[0]);
    std::vector<crypto::EpochRecipient> recipients;
    crypto::EpochMeta meta{{}, crypto::gone_digest({})};
    for (const Founder& founder : founders_) {
      recipients.push_back({founder.device.wrap, &psk});
      recipients.push_back({founder.root.wrap, &psk});
      meta.members.push_back(Hash{founder.device.id().bytes});
      meta.members.push_back(Hash{founder.root.id().bytes});
    }
    return epoch_record(at, 1, recipients, std::move(meta));
  }

  [[nodiscard]] crypto::Record epoch_record(const ChainPosition& at, std::uint32_t depth,
                                            const std::vector<crypto::EpochRecipient>& recipients,
                                            crypto::EpochMeta meta) const {
    const crypto::EpochSecret& secret = journal_.epochs[depth];
    std::sort(meta.members.begin(), meta.members.end());
    Bytes body = crypto::make_epoch(journal_.id, secret, depth, recipients, std::move(meta));
    return crypto::make_epoch_record(journal_.id, self_, at, crypto::epoch_id(journal_.id, secret), std::move(body));
  }

  [[nodiscard]] Found found() const {
    Found found;
    for (const Founder& founder : founders_) found.chains.push_back(founder.chain);
    return found;
  }

  template <class Payload>
  [[nodiscard]] crypto::Record event(const ChainPosition& at, crypto::RecordKind kind, Payload payload) const {
    const crypto::EpochSecret& epoch = journal_.epochs[1];
    const crypto::SecretBytes bytes = encode_event({stamp_.now_ms, stamp_.offset_minutes, {}, std::move(payload)});
    return crypto::make_event_record(journal_.id, self_, kind, at, crypto::epoch_id(journal_.id, epoch),
                                     crypto::record_key(epoch, self_.id()), bytes.view());
  }

  const JournalSecrets& journal_;
  const crypto::DeviceKeys& self_;
  const std::vector<Founder>& founders_;
  const Calendar& calendar_;
  const Stamp& stamp_;
};

}  // namespace

Founder founder_of(const Identity& identity, const crypto::Genesis& genesis) {
  return {identity.chain(), identity.keys().public_keys(), identity.root(),
          crypto::root_psk(identity.psk_master(), genesis.nonce)};
}

void write_birth(store::SealedLog& log, const JournalSecrets& journal, const crypto::DeviceKeys& self,
                 const std::vector<Founder>& founders, const Calendar& calendar, const Stamp& stamp) {
  log.add_journal(journal.id);
  for (const Founder& founder : founders) log.admit(journal.id, founder.device.id(), founder.device.sign);
  const auto head = log.head(journal.id, self.id());
  const Birth birth(journal, self, founders, calendar, stamp);
  for (std::uint64_t seq = (head ? head->seq : 0) + 1; seq <= kBirthLength; ++seq)
    log.append(journal.id, self.id(), [&](const ChainPosition& at) { return birth.make(at); });
}

bool is_a_joining_cut_short(const store::SealedLog& log, const JournalId& journal, const DeviceId& self) {
  const auto own = log.head(journal, self);
  const bool empty = (!own || own->seq == 0) && log.record_count(journal) <= kBirthLength;
  return empty && (log.frontier(journal).empty() || log.admitted(journal, self));
}

}  // namespace duolog::journal
