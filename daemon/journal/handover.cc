// handover.cc: a handover line by line, out and in.
//
// What a new device can check: that its own chain leads from the handed root over the device it spoke with to its own
// keys; that the notebook is this root's alone, and every other journal one of this root and one other. Whether an
// epoch is the journal's own shows when its records come: what opens nothing is no loss.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/handover.h"

#include <set>

#include "crypto/epoch.h"
#include "daemon/practice/practice.h"
#include "proto/wire.pb.h"

namespace duolog::journal {
namespace {

void put(std::string* field, ByteView bytes) { field->assign(as_text(bytes)); }
void wipe_field(std::string* field) { crypto::wipe({reinterpret_cast<std::uint8_t*>(field->data()), field->size()}); }

void require(bool holds, const char* what) {
  if (!holds) throw Unwelcome{ArrivalFault::kViolation, what};
}

bool is_name(const std::string& text) { return text.size() <= crypto::kNameLimit && !utf8_fault(as_bytes(text)); }

crypto::Chain read_chain(const wire::Chain& from) {
  crypto::Chain chain;
  require(from.certificates_size() <= static_cast<int>(crypto::kChainLimit), "the chain is too long");
  for (const wire::Certificate& one : from.certificates()) {
    crypto::Certificate& certificate = chain.emplace_back();
    certificate.body = to_bytes(as_bytes(one.body()));
    require(one.signature().size() == certificate.signature.size(), "a certificate is malformed");
    std::copy(one.signature().begin(), one.signature().end(), certificate.signature.begin());
  }
  return chain;
}

// From the root to these very keys; the last step is the root's, or that of the device that was spoken with.
crypto::Chain verified_chain(const wire::Chain& from, const crypto::RootPublic& root, const crypto::DevicePublic& self,
                             const DeviceId& host) {
  crypto::Chain chain = read_chain(from);
  const auto proven = crypto::prove(chain, std::span(&root, 1));
  require(proven && proven->device == self, "the chain does not lead from the root to this device");
  const std::size_t steps = proven->path.size();
  require(steps == 1 || proven->path[steps - 2] == host, "another device than the one spoken with has signed");
  return chain;
}

std::vector<crypto::EpochSecret> read_epochs(const wire::Handover::Journal& from, const JournalId& id, bool notebook) {
  const int at_least = notebook ? 2 : 1;
  require(from.epochs_size() >= at_least && from.epochs_size() <= static_cast<int>(kEpochsHanded + 1),
          "a journal has too few epochs, or too many");
  std::vector<crypto::EpochSecret> epochs;
  std::set<EpochId> known;
  for (const std::string& bytes : from.epochs()) {
    auto secret = crypto::EpochSecret::from(as_bytes(bytes));
    require(secret.has_value(), "an epoch is malformed");
    require(known.insert(crypto::epoch_id(id, *secret)).second, "an epoch is there twice");
    epochs.push_back(std::move(*secret));
  }
  return epochs;
}

JournalSecrets read_journal(const wire::Handover::Journal& from, const crypto::RootPublic& root, bool notebook) {
  const auto genesis = crypto::Genesis::decode(as_bytes(from.genesis()));
  require(genesis && genesis->names(root.id()), "a journal is not this person's");
  require(genesis->second.has_value() != notebook, "the notebook is not the first journal, or not the only one");
  require(is_name(from.name()) && !from.name().empty() && is_name(from.other()), "a journal's name is no name");
  JournalSecrets journal;
  journal.genesis = *genesis;
  journal.id = genesis->id();
  journal.epochs = read_epochs(from, journal.id, notebook);
  journal.name = from.name();
  journal.awaited = true;
  if (notebook) return journal;
  require(is_handed_on(from.relationship(), from.paired_by()), "a relationship or a way of pairing that there is not");
  journal.other = from.other();
  journal.relationship = from.relationship();
  journal.paired_by = from.paired_by();
  return journal;
}

std::vector<JournalSecrets> read_journals(const wire::Handover& from, const crypto::RootPublic& root) {
  require(from.journals_size() >= 1 && from.journals_size() <= static_cast<int>(kJournalsHanded),
          "there is no journal, or there are too many");
  std::size_t epochs = 0;
  for (const wire::Handover::Journal& one : from.journals()) epochs += static_cast<std::size_t>(one.epochs_size());
  require(epochs <= kEpochsHandedInAll, "there are too many epochs");
  std::vector<JournalSecrets> journals;
  std::set<JournalId> ids;
  std::set<std::string> names;
  for (const wire::Handover::Journal& one : from.journals()) {
    const JournalSecrets& journal = journals.emplace_back(read_journal(one, root, journals.empty()));
    require(ids.insert(journal.id).second, "a journal is there twice");
    require(names.insert(journal.name).second, "two journals have the same name");
  }
  return journals;
}

std::vector<Reach> read_reach(const wire::Handover& from) {
  require(from.reach_size() <= static_cast<int>(kReachHanded), "too many devices are to be reached");
  std::vector<Reach> reach;
  for (const wire::Handover::Reach& one : from.reach()) {
    const auto device = DeviceId::from(as_bytes(one.device()));
    require(device && one.addresses_size() <= static_cast<int>(kAddressesLimit), "an address is malformed");
    Reach& to = reach.emplace_back(Reach{*device, {}});
    for (const std::string& text : one.addresses())
      if (auto address = parse_address(text)) to.addresses.push_back(std::move(*address));  // a hint, and no more
  }
  return reach;
}

std::vector<JournalId> read_left(const wire::Handover& from) {
  require(from.left_size() <= static_cast<int>(kLeftHanded), "too many journals were left");
  std::vector<JournalId> left;
  for (const std::string& one : from.left()) {
    const auto id = JournalId::from(as_bytes(one));
    require(id.has_value(), "a journal that was left is malformed");
    left.push_back(*id);
  }
  return left;
}

// Takes what it hands over off `room`.
void put_journal(wire::Handover::Journal* to, const JournalSecrets& journal, std::size_t& room) {
  put(to->mutable_genesis(), journal.genesis.encode());
  const std::size_t many = std::min({journal.epochs.size() - 1, kEpochsHanded, room});
  const std::size_t newest = journal.epochs.size() - many;
  room -= many;
  put(to->add_epochs(), journal.epochs.front().view());
  for (std::size_t i = newest; i < journal.epochs.size(); ++i) put(to->add_epochs(), journal.epochs[i].view());
  to->set_name(journal.name);
  to->set_other(journal.other);
  to->set_relationship(journal.relationship);
  to->set_paired_by(journal.paired_by);
}

void put_left(wire::Handover* to, const JournalId& id) {
  if (to->left_size() < static_cast<int>(kLeftHanded)) put(to->add_left(), id.bytes);
}

bool would_be_taken(const JournalSecrets& journal) {
  if (journal.unacknowledged || journal.name.empty() || !is_name(journal.name) || !is_name(journal.other)) return false;
  return !journal.shared() || (journal.epochs.size() > 1 && is_handed_on(journal.relationship, journal.paired_by));
}

}  // namespace

bool is_handed_on(const std::string& relationship, const std::string& paired_by) {
  const bool is_paired = paired_by == "code" || paired_by == "link";
  return is_paired && practice::is_one_of(relationship, practice::kRelationships);
}

WipedHandover::~WipedHandover() {
  if (!message_.has_handover()) return;
  wipe_field(message_.mutable_handover()->mutable_root_psk_master());
  for (wire::Handover::Journal& journal : *message_.mutable_handover()->mutable_journals())
    for (std::string& secret : *journal.mutable_epochs()) wipe_field(&secret);
}

void put_chain(wire::Handover* to, const crypto::Chain& chain) {
  for (const crypto::Certificate& certificate : chain) {
    wire::Certificate* one = to->mutable_chain()->add_certificates();
    put(one->mutable_body(), certificate.body);
    put(one->mutable_signature(), certificate.signature);
  }
}

void put_handover(wire::Handover* to, const Identity& identity, const std::vector<Reach>& reach) {
  put(to->mutable_root_sign(), identity.root().sign.bytes);
  put(to->mutable_root_wrap(), identity.root().wrap.bytes);
  put(to->mutable_root_psk_master(), identity.psk_master().view());
  to->set_person(identity.person());
  std::size_t room = kEpochsHandedInAll - kJournalsHanded;  // every journal's epoch zero has its own
  for (const JournalSecrets& journal : identity.journals())
    if (!journal.parted && would_be_taken(journal) && to->journals_size() < static_cast<int>(kJournalsHanded))
      put_journal(to->add_journals(), journal, room);
  for (const JournalSecrets& journal : identity.journals())
    if (journal.parted) put_left(to, journal.id);
  for (const JournalId& id : identity.forgetting()) put_left(to, id);
  for (const JournalId& id : identity.left()) put_left(to, id);
  for (const Reach& one : reach) {
    if (to->reach_size() == static_cast<int>(kReachHanded)) break;
    wire::Handover::Reach* where = to->add_reach();
    put(where->mutable_device(), one.device.bytes);
    for (std::size_t i = 0; i < one.addresses.size() && i < kAddressesLimit; ++i)
      where->add_addresses(one.addresses[i].text());
  }
}

Handover verified_handover(const wire::Handover& from, const crypto::DeviceKeys& self, const DeviceId& host) {
  const auto sign = SignPublic::from(as_bytes(from.root_sign()));
  const auto wrap = WrapPublic::from(as_bytes(from.root_wrap()));
  auto master = crypto::RootPskMaster::from(as_bytes(from.root_psk_master()));
  require(sign && wrap && master, "malformed root keys");
  require(is_name(from.person()), "the person's name is no name");
  const crypto::RootPublic root{*sign, *wrap};
  crypto::Chain chain = verified_chain(from.chain(), root, self.public_keys(), host);
  std::vector<JournalSecrets> journals = read_journals(from, root);
  return {{root, std::move(*master), std::move(chain), from.person(), std::move(journals), read_left(from)},
          read_reach(from)};
}

}  // namespace duolog::journal
