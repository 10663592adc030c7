// founding_terms.h: what must be true before a journal is founded, and the order in which it is stored.
//
//   host    vault (hidden) ─► log ─► "Founding" is sent         a stop in between leaves something nobody was told of
//   joiner  log ─► vault ─► "Stored" is sent                    a stop in between leaves something nobody can open
//
// Both are swept away: the host's by its next pairing, the joiner's at its next start.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/epoch.h"
#include "daemon/journal/birth.h"
#include "daemon/journal/founding.h"

namespace duolog::journal {

// Why it comes to nothing. Caught in one place, Founding::receive().
struct Unfounded {
  FoundingFault fault = FoundingFault::kViolation;
  std::string detail;
};

// What the host sends.
struct FoundingOffer {
  Bytes genesis;
  crypto::EpochSecret zero;
  crypto::EpochSecret one;
  DeviceId device;
  std::vector<crypto::Record> run;
};

class FoundingTerms {
 public:
  FoundingTerms(Shelf& shelf, FoundingFacts facts) : shelf_(shelf), facts_(std::move(facts)) {}

  [[nodiscard]] const FoundingFacts& facts() const { return facts_; }
  [[nodiscard]] const crypto::RootPublic& own_root() const { return shelf_.parts().identity.root(); }

  // The functions below throw Unfounded, and store::NotDurable.
  // The other's root, which their chain must come from.
  void meet(const crypto::RootPublic& root);
  void relate(const std::string& relationship);
  void set_roots(const crypto::RootPublic& host, const crypto::RootPublic& joiner);
  [[nodiscard]] crypto::SlotPsk own_psk() const;  // REQUIRES: set_roots()

  FoundingOffer store_as_host(crypto::SlotPsk joiner_psk);
  void acknowledge();

  void verify(FoundingOffer offer);
  void store_as_joiner();  // REQUIRES: verify()

  [[nodiscard]] const JournalSecrets& journal() const { return shelf_.parts().identity.journal(id_); }

 private:
  void drop_earlier();
  void verify_epoch(const crypto::Record& record, const crypto::Header& header, std::uint32_t depth,
                    const crypto::EpochSecret& secret, const crypto::EpochMeta& meta) const;
  void verify_found(const crypto::Record& record, const crypto::Header& header) const;
  void verify_calendar(const crypto::Record& record, const crypto::Header& header) const;
  [[nodiscard]] std::optional<Event> open_event(const crypto::Record& record, const crypto::Header& header) const;
  [[nodiscard]] JournalSecrets new_secrets(crypto::EpochSecret zero, crypto::EpochSecret one) const;
  [[nodiscard]] std::string wanted_name() const;

  Shelf& shelf_;
  FoundingFacts facts_;
  std::string relationship_;
  std::optional<crypto::ProvenDevice> other_;
  std::optional<crypto::RootPublic> other_root_;
  crypto::Genesis genesis_;
  JournalId id_;
  std::optional<FoundingOffer> offer_;  // the joiner's, verified
};

}  // namespace duolog::journal
