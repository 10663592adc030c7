// given_back.cc: a return line by line, out and in.
//
// What somebody can check who has the words alone: that each journal is their root's and one other's; that the other is
// who they speak with; that its first epoch was signed by the device that founded it, and opens with the words; that
// what else opens are epochs of this journal. What opens nothing is no loss, and what is left out comes in no other
// way: whoever gives back could as well say no.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/given_back.h"

#include <set>

#include "crypto/epoch.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/opened_by_words.h"
#include "daemon/practice/practice.h"
#include "proto/wire.pb.h"

namespace duolog::journal {
namespace {

using crypto::Record;

void put(std::string* field, ByteView bytes) { field->assign(as_text(bytes)); }

void require(bool holds, const char* what) {
  if (!holds) throw Untrue{what};
}

bool is_name(const std::string& text) { return text.size() <= crypto::kNameLimit && !utf8_fault(as_bytes(text)); }

// ---- out ----

void put(wire::Chain* to, const crypto::Chain& chain) {
  for (const crypto::Certificate& certificate : chain) {
    wire::Certificate* one = to->add_certificates();
    put(one->mutable_body(), certificate.body);
    put(one->mutable_signature(), certificate.signature);
  }
}

std::optional<Record> record_at(const store::SealedLog& log, const JournalId& journal, const DeviceId& device,
                                std::uint64_t seq) {
  std::optional<Record> found;
  log.one_to_open(journal, device, seq, [&](std::uint64_t, const RecordId&, const Record& record) {
    if (record.body) found = record;
    return false;
  });
  return found;
}

struct Sealed {
  bool theirs = false;    // not of the giver's person
  std::uint64_t seq = 0;  // of its author's log
  EpochId id;
  Bytes body;
};

// Epoch zero goes by itself. A lost device knows the secrets, and can write what is no epoch for the words under any
// epoch's name, and new ones without end: of one epoch several bodies go, and if there are too many those that stand
// first in each log, the giver's own person's before all.
std::vector<Sealed> epochs_of(const Shelf::Parts& parts, const Journal& journal, std::size_t limit) {
  const JournalSecrets& secrets = journal.secrets();
  std::set<EpochId> known;
  for (std::size_t i = 1; i < secrets.epochs.size(); ++i) known.insert(crypto::epoch_id(secrets.id, secrets.epochs[i]));
  std::vector<Sealed> epochs;
  for (const store::FrontierEntry& chain : parts.log.frontier(secrets.id)) {
    const auto is_known = [&known](const EpochId& id) { return known.contains(id); };
    for (const std::uint64_t seq : epochs_in(parts.log, secrets.id, chain, limit, is_known))
      if (auto epoch = epoch_at(parts.log, secrets.id, chain.device, seq))
        epochs.push_back({!journal.is_mine(chain.device), seq, epoch->id, std::move(epoch->body)});
  }
  std::ranges::stable_sort(epochs, {}, [](const Sealed& one) { return std::make_pair(one.theirs, one.seq); });
  if (epochs.size() > limit) epochs.erase(epochs.begin() + static_cast<std::ptrdiff_t>(limit), epochs.end());
  return epochs;
}

void put_journal(wire::Return::Journal* to, const Shelf::Parts& parts, const Journal& journal, std::size_t limit) {
  const JournalSecrets& secrets = journal.secrets();
  put(to->mutable_genesis(), secrets.genesis.encode());
  to->set_relationship(secrets.relationship);
  to->set_paired_by(secrets.paired_by);
  for (const DeviceId& author : journal.facts().zero_authors) {
    const crypto::Chain* chain = journal.roster().chain_of(author);
    const auto first = record_at(parts.log, secrets.id, author, 1);
    if (chain == nullptr || !first || !journal.membership().founded_by(author)) continue;
    put(to->mutable_founder(), *chain);
    put(to->mutable_epoch_zero()->mutable_head(), first->head);
    put(to->mutable_epoch_zero()->mutable_body(), *first->body);
  }
  for (const Sealed& one : epochs_of(parts, journal, limit)) {
    wire::Return::Epoch* epoch = to->add_epochs();
    put(epoch->mutable_id(), one.id.bytes);
    put(epoch->mutable_body(), one.body);
  }
  for (const store::FrontierEntry& chain : parts.log.frontier(secrets.id)) {
    wire::FrontierEntry* entry = to->add_frontier();
    put(entry->mutable_device(), chain.device.bytes);
    entry->set_seq(chain.seq);
    put(entry->mutable_head(), chain.head.bytes);
  }
}

// ---- in ----

crypto::Chain read_chain(const wire::Chain& from) {
  crypto::Chain chain;
  require(from.certificates_size() <= static_cast<int>(crypto::kChainLimit), "a chain is too long");
  for (const wire::Certificate& one : from.certificates()) {
    crypto::Certificate& certificate = chain.emplace_back();
    certificate.body = to_bytes(as_bytes(one.body()));
    require(one.signature().size() == certificate.signature.size(), "a certificate is malformed");
    std::copy(one.signature().begin(), one.signature().end(), certificate.signature.begin());
  }
  return chain;
}

crypto::Genesis read_genesis(const std::string& bytes, const crypto::RootPublic& own) {
  const auto genesis = crypto::Genesis::decode(as_bytes(bytes));
  require(genesis && genesis->second.has_value(), "a journal is not one of two");
  require(genesis->first == own || *genesis->second == own, "a journal is not this person's");
  return *genesis;
}

Record read_record(const wire::SealedRecord& from) {
  Record record;
  require(from.head().size() == record.head.size() && from.has_body(), "a record is malformed");
  require(from.body().size() <= crypto::kBodyLimit, "a record is too long");
  std::copy(from.head().begin(), from.head().end(), record.head.begin());
  record.body = to_bytes(as_bytes(from.body()));
  return record;
}

// Signed by the device that founded the journal, as the first of its log; and for the words.
crypto::EpochSecret read_epoch_zero(const wire::Return::Journal& from, const crypto::Genesis& genesis,
                                    const crypto::RootKeys& root) {
  const JournalId id = genesis.id();
  const auto founder = crypto::prove(read_chain(from.founder()), std::span(&genesis.first, 1));
  require(founder.has_value(), "whoever founded a journal is not its first person");
  const DeviceId author = founder->device.id();
  const Record record = read_record(from.epoch_zero());
  const crypto::ChainPosition first{1, crypto::first_prev(id, author)};
  const auto run = crypto::verify_run(id, author, founder->device.sign, first, std::span(&record, 1));
  const auto* verified = std::get_if<crypto::VerifiedRun>(&run);
  require(verified != nullptr && verified->headers.front().kind == crypto::RecordKind::kEpoch,
          "a journal does not begin with an epoch of its founder's");
  auto secret = crypto::open_epoch(id, verified->headers.front().epoch, *record.body, root.wrap(),
                                   crypto::root_psk(root.psk_master(), genesis.nonce));
  require(secret.has_value(), "the words do not open a journal's first epoch");
  return std::move(*secret);
}

// Epoch zero first, then those that the words open, as deep as they go.
std::vector<crypto::EpochSecret> read_epochs(const wire::Return::Journal& from, crypto::EpochSecret zero,
                                             const JournalId& id, const crypto::RootKeys& root) {
  std::vector<SealedEpoch> sealed;
  for (const wire::Return::Epoch& one : from.epochs()) {
    const auto epoch = EpochId::from(as_bytes(one.id()));
    const auto depth = crypto::epoch_depth(as_bytes(one.body()));
    require(epoch && depth, "an epoch is malformed");
    sealed.push_back({*epoch, *depth, to_bytes(as_bytes(one.body()))});
  }
  auto secrets = open_epochs(sealed, std::move(zero), id, root);
  require(secrets.size() > 1, "the words open no epoch of a journal");
  return secrets;
}

Reached read_reached(const wire::Return::Journal& from) {
  require(from.frontier_size() <= static_cast<int>(store::kDeviceLimit), "there are too many logs");
  Reached reached;
  for (const wire::FrontierEntry& one : from.frontier()) {
    const auto device = DeviceId::from(as_bytes(one.device()));
    require(device && one.seq() <= crypto::kSeqLimit, "the end of a log is malformed");
    require(reached.emplace(*device, one.seq()).second, "a log is there twice");
  }
  return reached;
}

Returned::Journal read_journal(const wire::Return::Journal& from, const crypto::RootKeys& root,
                               const crypto::Chain& giver, const DeviceId& host) {
  const crypto::Genesis genesis = read_genesis(from.genesis(), root.public_keys());
  const crypto::RootPublic& other = genesis.first == root.public_keys() ? *genesis.second : genesis.first;
  const auto theirs = crypto::prove(giver, std::span(&other, 1));
  require(theirs && theirs->device.id() == host, "whoever gives a journal back has no part in it");
  require(practice::is_one_of(from.relationship(), practice::kRelationships), "a relationship that there is not");
  require(from.paired_by() == "code" || from.paired_by() == "link", "a way of pairing that there is not");
  Returned::Journal journal;
  journal.secrets.genesis = genesis;
  journal.secrets.id = genesis.id();
  journal.secrets.epochs = read_epochs(from, read_epoch_zero(from, genesis, root), genesis.id(), root);
  journal.secrets.relationship = from.relationship();
  journal.secrets.paired_by = from.paired_by();
  journal.secrets.awaited = true;
  journal.reached = read_reached(from);
  return journal;
}

// As the other is called; "me" and the notebook's name mean something else.
std::string free_name(const std::string& wanted, const std::set<std::string>& taken) {
  std::string name = wanted;
  for (int n = 2; taken.contains(name); ++n) {
    const std::string suffix = " " + std::to_string(n);
    name = clipped(wanted, crypto::kNameLimit - suffix.size()) + suffix;
  }
  return name;
}

}  // namespace

void put_return(wire::Return* to, const Shelf& shelf, const std::vector<const Journal*>& journals) {
  const Shelf::Parts& parts = shelf.parts();
  put(to->mutable_chain(), parts.identity.chain());
  to->set_person(parts.identity.person());
  const std::size_t count = std::min(journals.size(), kJournalsReturned);
  for (std::size_t i = 0; i < count; ++i) put_journal(to->add_journals(), parts, *journals[i], kEpochsReturned / count);
}

Returned verified_return(const wire::Return& from, const crypto::RootKeys& root, const DeviceId& host) {
  require(is_name(from.person()), "the other person's name is no name");
  require(from.journals_size() >= 1 && from.journals_size() <= static_cast<int>(kJournalsReturned),
          "there is no journal, or there are too many");
  std::size_t epochs = 0;
  for (const wire::Return::Journal& one : from.journals()) epochs += static_cast<std::size_t>(one.epochs_size());
  require(epochs <= kEpochsReturned, "there are too many epochs");
  Returned returned;
  returned.giver = read_chain(from.chain());
  std::set<JournalId> ids;
  std::set<std::string> names{"notebook", "me", ""};
  for (const wire::Return::Journal& one : from.journals()) {
    Returned::Journal& journal = returned.journals.emplace_back(read_journal(one, root, returned.giver, host));
    require(ids.insert(journal.secrets.id).second, "a journal is there twice");
    journal.secrets.other = from.person();
    journal.secrets.name = free_name(from.person(), names);
    names.insert(journal.secrets.name);
  }
  return returned;
}

}  // namespace duolog::journal
