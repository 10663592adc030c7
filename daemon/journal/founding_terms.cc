// founding_terms.cc: everything a founder checks, line by line against proto/README.md section 3.8.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/founding_terms.h"

#include <set>

#include "crypto/pairing.h"
#include "daemon/journal/journal.h"

namespace duolog::journal {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw Unfounded{FoundingFault::kViolation, what};
}

crypto::EpochMeta meta_of(std::vector<Hash> members) {
  std::sort(members.begin(), members.end());
  return {std::move(members), crypto::gone_digest({})};
}

}  // namespace

void FoundingTerms::meet(const crypto::RootPublic& root) {
  if (root.id() == own_root().id()) throw Unfounded{FoundingFault::kOwnDevice, "the other device is of this person"};
  other_ = crypto::prove(facts_.chain, std::span(&root, 1));
  require(other_.has_value(), "the chain does not come from the root that was sent");
  require(other_->device.id() == facts_.device, "the chain is not of the device that was spoken with");
  require(facts_.name.size() <= kNameLimit && !utf8_fault(as_bytes(facts_.name)), "the name is too long or not text");
  other_root_ = root;
  for (const JournalSecrets& journal : shelf_.parts().identity.journals()) {
    const bool stays = journal.genesis.names(root.id()) && !journal.parted && !shelf_.may_be_dropped(journal.id);
    if (stays) throw Unfounded{FoundingFault::kAlreadyPaired, journal.name};
  }
}

void FoundingTerms::relate(const std::string& relationship) {
  require(practice::is_one_of(relationship, practice::kRelationships), "a relationship that there is not");
  relationship_ = relationship;
}

void FoundingTerms::set_roots(const crypto::RootPublic& host, const crypto::RootPublic& joiner) {
  genesis_.nonce = crypto::genesis_nonce(facts_.channel_binding);
  genesis_.first = host;
  genesis_.second = joiner;
  id_ = genesis_.id();
}

crypto::SlotPsk FoundingTerms::own_psk() const {
  return crypto::root_psk(shelf_.parts().identity.psk_master(), genesis_.nonce);
}

// ---- storing ----

// Foundings that were never acknowledged, and those with this very person that hold nothing: this one takes their
// place.
void FoundingTerms::drop_earlier() {
  std::vector<JournalId> earlier;
  for (const JournalSecrets& journal : shelf_.parts().identity.journals()) {
    const bool same_person = other_root_ && journal.genesis.names(other_root_->id());
    if (!journal.shared()) continue;
    if (journal.unacknowledged || (same_person && shelf_.may_be_dropped(journal.id))) earlier.push_back(journal.id);
  }
  for (const JournalId& id : earlier) shelf_.drop(id);
}

JournalSecrets FoundingTerms::new_secrets(crypto::EpochSecret zero, crypto::EpochSecret one) const {
  JournalSecrets secrets;
  secrets.genesis = genesis_;
  secrets.id = id_;
  secrets.epochs.push_back(std::move(zero));
  secrets.epochs.push_back(std::move(one));
  secrets.name = shelf_.parts().identity.free_name(wanted_name());
  secrets.other = facts_.name;
  secrets.relationship = relationship_;
  secrets.paired_by = facts_.paired_by;
  return secrets;
}

std::string FoundingTerms::wanted_name() const {
  return !facts_.journal_name.empty() ? facts_.journal_name : !facts_.name.empty() ? facts_.name : relationship_;
}

FoundingOffer FoundingTerms::store_as_host(crypto::SlotPsk joiner_psk) {
  const Shelf::Parts& parts = shelf_.parts();
  drop_earlier();
  JournalSecrets secrets = new_secrets(crypto::EpochSecret::random(), crypto::EpochSecret::random());
  secrets.unacknowledged = true;
  parts.identity.add_journal(std::move(secrets));

  std::vector<Founder> founders;
  founders.push_back(founder_of(parts.identity, genesis_));
  founders.push_back({facts_.chain, other_->device, *other_root_, std::move(joiner_psk)});
  const std::int64_t now = parts.clock.wall().time_since_epoch().count();
  const Stamp stamp{now, Zone(parts.zone).offset_minutes(now)};
  write_birth(parts.log, journal(), parts.identity.keys(), founders, Calendar{parts.zone}, stamp);
  shelf_.adopt(id_);
  const DeviceId& self = parts.identity.keys().id();
  return {genesis_.encode(), journal().epochs[0].clone(), journal().epochs[1].clone(), self,
          parts.log.read_run(id_, self, 1)};
}

void FoundingTerms::acknowledge() { shelf_.acknowledge(id_); }

void FoundingTerms::store_as_joiner() {
  const Shelf::Parts& parts = shelf_.parts();
  drop_earlier();
  const DeviceId host = other_->device.id();
  parts.log.add_journal(id_);
  parts.log.admit(id_, parts.identity.keys().id(), parts.identity.keys().public_keys().sign);
  parts.log.admit(id_, host, other_->device.sign);
  const store::Accepted accepted = parts.log.accept(id_, host, 1, offer_->run);
  check(accepted.verdict == store::Accepted::Verdict::kStored, "a verified founding was not accepted");
  parts.identity.add_journal(new_secrets(std::move(offer_->zero), std::move(offer_->one)));
  shelf_.adopt(id_);
}

// ---- verifying ----

void FoundingTerms::verify(FoundingOffer offer) {
  require(offer.genesis == genesis_.encode(), "the genesis is not of these two, or not of this conversation");
  require(offer.device == other_->device.id(), "the log is not the host's");
  const crypto::ChainPosition start{1, crypto::first_prev(id_, offer.device)};
  const auto outcome = crypto::verify_run(id_, offer.device, other_->device.sign, start, offer.run);
  const auto* run = std::get_if<crypto::VerifiedRun>(&outcome);
  require(run != nullptr, "the run does not verify");
  require(run->headers.size() == kFoundSeq || run->headers.size() == kBirthLength, "the run is not a birth");
  offer_ = std::move(offer);

  const Identity& identity = shelf_.parts().identity;
  const Hash host_root{other_root_->id().bytes};
  const Hash own_root_id{own_root().id().bytes};
  verify_epoch(offer_->run[0], run->headers[0], 0, offer_->zero, meta_of({host_root, own_root_id}));
  verify_epoch(offer_->run[1], run->headers[1], 1, offer_->one,
               meta_of({host_root, own_root_id, Hash{offer_->device.bytes}, Hash{identity.keys().id().bytes}}));
  verify_found(offer_->run[2], run->headers[2]);
  if (run->headers.size() == kBirthLength) verify_calendar(offer_->run[3], run->headers[3]);
}

void FoundingTerms::verify_epoch(const crypto::Record& record, const crypto::Header& header, std::uint32_t depth,
                                 const crypto::EpochSecret& secret, const crypto::EpochMeta& meta) const {
  const Identity& identity = shelf_.parts().identity;
  require(header.kind == crypto::RecordKind::kEpoch && header.epoch == crypto::epoch_id(id_, secret),
          "an epoch is not the one its secret names");
  require(crypto::epoch_depth(*record.body) == depth, "an epoch is at the wrong depth");
  require(crypto::open_epoch_meta(id_, header.epoch, secret, *record.body) == meta, "an epoch has the wrong members");
  // What we hold keys for must open through our own slots. The root's key is here only while its words are unconfirmed.
  const crypto::SlotPsk psk = depth == 0 ? own_psk() : crypto::epoch_psk(offer_->zero);
  const auto opens_with = [&](const crypto::WrapSecret& wrap) {
    return crypto::open_epoch(id_, header.epoch, *record.body, wrap, psk) == secret;
  };
  require(depth == 0 || opens_with(identity.keys().wrap()), "an epoch has no slot for this device");
  const crypto::RootEntropy* entropy = identity.entropy();
  require(entropy == nullptr || opens_with(crypto::RootKeys(*entropy).wrap()),
          "an epoch has no slot for this person's root");
}

std::optional<Event> FoundingTerms::open_event(const crypto::Record& record, const crypto::Header& header) const {
  if (header.epoch != crypto::epoch_id(id_, offer_->one)) return std::nullopt;
  const auto key = crypto::record_key(offer_->one, offer_->device);
  const auto bytes = crypto::open_record(id_, key, record.head, *record.body);
  return bytes ? decode_event(*bytes) : std::nullopt;
}

void FoundingTerms::verify_found(const crypto::Record& record, const crypto::Header& header) const {
  const auto event = open_event(record, header);
  const auto* found = event ? std::get_if<Found>(&event->payload) : nullptr;
  require(header.kind == crypto::RecordKind::kMembership && found != nullptr, "no founding record");
  const std::vector<crypto::Chain> both{facts_.chain, shelf_.parts().identity.chain()};
  require(found->chains == both, "the founding record holds other chains");
}

void FoundingTerms::verify_calendar(const crypto::Record& record, const crypto::Header& header) const {
  const auto event = open_event(record, header);
  require(header.kind == crypto::RecordKind::kEvent && event && std::holds_alternative<Calendar>(event->payload),
          "no calendar where only a calendar may stand");
}

}  // namespace duolog::journal
