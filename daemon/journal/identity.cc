// identity.cc: the vault's payload, made, opened, changed. Generated messages stay inside this file, and whatever of
// them held a secret is wiped before it is freed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/identity.h"

#include <google/protobuf/stubs/logging.h>

#include <new>
#include <set>
#include <system_error>

#include "crypto/epoch.h"
#include "daemon/journal/event.h"
#include "daemon/journal/notebook.h"
#include "daemon/journal/refusal.h"
#include "daemon/store/database.h"
#include "proto/vault.pb.h"

namespace duolog::journal {
namespace {

void wipe_field(std::string* field) { crypto::wipe({reinterpret_cast<std::uint8_t*>(field->data()), field->size()}); }

void put(std::string* field, ByteView bytes) { field->assign(as_text(bytes)); }

// A message whose secrets are zeroed on every way out of the scope.
struct WipedPayload {
  vault::Payload message;
  WipedPayload() = default;
  WipedPayload(const WipedPayload&) = delete;
  WipedPayload& operator=(const WipedPayload&) = delete;
  ~WipedPayload() {
    wipe_field(message.mutable_device_seed());
    wipe_field(message.mutable_root_psk_master());
    wipe_field(message.mutable_root_entropy());
    for (vault::Journal& journal : *message.mutable_journals()) {
      for (std::string& secret : *journal.mutable_epochs()) wipe_field(&secret);
      wipe_field(journal.mutable_mailbox());
    }
  }
};

void put(vault::Journal* to, const JournalSecrets& journal) {
  put(to->mutable_genesis(), journal.genesis.encode());
  for (const crypto::EpochSecret& secret : journal.epochs) put(to->add_epochs(), secret.view());
  to->set_name(journal.name);
  to->set_other(journal.other);
  to->set_relationship(journal.relationship);
  to->set_paired_by(journal.paired_by);
  to->set_unacknowledged(journal.unacknowledged);
  to->set_awaited(journal.awaited);
  to->set_parted(journal.parted);
  put(to->mutable_mailbox(), journal.mailbox.view());
}

[[noreturn]] void damaged() { throw store::BadVaultFile("the vault opens, but what is in it is incomplete"); }

template <class Secret>
Secret read_secret(const std::string& field) {
  auto secret = Secret::from(as_bytes(field));
  if (!secret) damaged();
  return std::move(*secret);
}

template <class Id>
Id read_id(const std::string& field) {
  const auto id = Id::from(as_bytes(field));
  if (!id) damaged();
  return *id;
}

JournalSecrets read(const vault::Journal& from) {
  const auto genesis = crypto::Genesis::decode(as_bytes(from.genesis()));
  if (!genesis || from.epochs_size() == 0) damaged();
  JournalSecrets journal{*genesis,
                         genesis->id(),
                         {},
                         from.name(),
                         from.other(),
                         from.relationship(),
                         from.paired_by(),
                         from.unacknowledged(),
                         from.awaited(),
                         from.parted(),
                         {}};
  if (!from.mailbox().empty()) journal.mailbox = crypto::SecretBytes(as_bytes(from.mailbox()));
  for (const std::string& secret : from.epochs()) journal.epochs.push_back(read_secret<crypto::EpochSecret>(secret));
  return journal;
}

crypto::Chain read_chain(const vault::Payload& from) {
  crypto::Chain chain;
  for (const vault::Certificate& one : from.chain()) {
    crypto::Certificate& certificate = chain.emplace_back();
    certificate.body = to_bytes(as_bytes(one.body()));
    if (one.signature().size() != certificate.signature.size()) damaged();
    std::copy(one.signature().begin(), one.signature().end(), certificate.signature.begin());
  }
  return chain;
}

void require_name(const std::string& name, const char* what) {
  if (const auto fault = utf8_fault(as_bytes(name))) throw Refusal::bad_utf8(what, *fault);
  if (name.size() > crypto::kNameLimit) throw Refusal::too_long(what, crypto::kNameLimit);
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool word_matches(std::string_view words, std::uint32_t place, std::string_view proof) {
  std::size_t begin = 0;
  for (std::uint32_t i = 1; i < place; ++i) begin = words.find(' ', begin) + 1;
  return words.substr(begin, words.find(' ', begin) - begin) == lower(proof);
}

}  // namespace

const crypto::EpochSecret* JournalSecrets::epoch(const EpochId& wanted) const {
  for (const crypto::EpochSecret& secret : epochs)
    if (crypto::epoch_id(id, secret) == wanted) return &secret;
  return nullptr;
}

struct Identity::Payload {
  crypto::DeviceSeed seed;
  crypto::Chain chain;
  crypto::RootPublic root;
  crypto::RootPskMaster psk_master;
  std::optional<crypto::RootEntropy> entropy;
  std::string person;
  std::string device;
  std::vector<JournalSecrets> journals;
  std::vector<JournalId> forgetting = {};
  std::vector<JournalId> left = {};

  static Payload decode(ByteView bytes) {
    const google::protobuf::LogSilencer quiet;  // what is damaged is said by damaged()
    WipedPayload wiped;
    const vault::Payload& from = wiped.message;
    if (!wiped.message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) damaged();
    Payload payload{read_secret<crypto::DeviceSeed>(from.device_seed()),
                    read_chain(from),
                    {read_id<SignPublic>(from.root_sign()), read_id<WrapPublic>(from.root_wrap())},
                    read_secret<crypto::RootPskMaster>(from.root_psk_master()),
                    crypto::RootEntropy::from(as_bytes(from.root_entropy())),
                    from.person_name(),
                    from.device_name(),
                    {}};
    for (const vault::Journal& journal : from.journals()) payload.journals.push_back(read(journal));
    if (payload.journals.empty() || payload.journals.front().shared()) damaged();
    for (const std::string& id : from.forgetting()) payload.forgetting.push_back(read_id<JournalId>(id));
    for (const std::string& id : from.left()) payload.left.push_back(read_id<JournalId>(id));
    // Fields that this version does not know would be lost by the next save: then what we know is not all there is.
    if (payload.encode().view().size() != bytes.size()) {
      throw store::BadVaultFile(
          "the vault was written by a newer version of Duolog; nothing was changed\nhint: install that version");
    }
    return payload;
  }

  [[nodiscard]] crypto::SecretBytes encode() const {
    WipedPayload wiped;
    vault::Payload& to = wiped.message;
    put(to.mutable_device_seed(), seed.view());
    for (const crypto::Certificate& certificate : chain) {
      vault::Certificate* out = to.add_chain();
      put(out->mutable_body(), certificate.body);
      put(out->mutable_signature(), certificate.signature);
    }
    put(to.mutable_root_sign(), root.sign.bytes);
    put(to.mutable_root_wrap(), root.wrap.bytes);
    put(to.mutable_root_psk_master(), psk_master.view());
    if (entropy) put(to.mutable_root_entropy(), entropy->view());
    to.set_person_name(person);
    to.set_device_name(device);
    for (const JournalSecrets& journal : journals) put(to.add_journals(), journal);
    for (const JournalId& id : forgetting) put(to.add_forgetting(), id.bytes);
    for (const JournalId& id : left) put(to.add_left(), id.bytes);
    crypto::SecretBytes bytes(to.ByteSizeLong());
    to.SerializeToArray(bytes.writable().data(), static_cast<int>(bytes.view().size()));
    return bytes;
  }
};

Identity::Identity(store::VaultFile file, crypto::VaultLock lock, Payload payload)
    : file_(std::move(file)),
      lock_(std::move(lock)),
      payload_(std::make_unique<Payload>(std::move(payload))),
      keys_(payload_->seed) {}

Identity::Identity(Identity&&) noexcept = default;
Identity& Identity::operator=(Identity&&) noexcept = default;
Identity::~Identity() = default;

Identity Identity::create(store::VaultFile file, const NewPerson& person, const crypto::SecretBytes& passphrase,
                          crypto::Argon2Cost cost, WallTime now) {
  require_name(person.name, "name");
  require_name(person.device_name, "device name");
  check(!file.exists(), "a vault was to be created over another");
  auto entropy = crypto::RootEntropy::random();
  const crypto::RootKeys root(entropy);
  auto seed = crypto::DeviceSeed::random();
  const crypto::DeviceKeys device(seed);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto created = static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds));

  Payload payload{std::move(seed),    {crypto::certify(root, device.public_keys(), created, person.device_name)},
                  root.public_keys(), root.psk_master().clone(),
                  std::move(entropy), person.name,
                  person.device_name, {}};
  payload.journals.push_back(new_notebook(payload.root));
  return begin(std::move(file), std::move(payload), passphrase, cost);
}

Identity Identity::begin(store::VaultFile file, Payload payload, const crypto::SecretBytes& passphrase,
                         crypto::Argon2Cost cost) {
  const crypto::SecretBytes bytes = payload.encode();
  auto lock =
      passphrase.empty() ? file.lock_with_key_file(bytes.view()) : file.lock_with(passphrase, bytes.view(), cost);
  if (!passphrase.empty()) file.forget_key_file();  // of an attempt before this one
  return {std::move(file), std::move(lock), std::move(payload)};
}

Identity Identity::arrive(store::VaultFile file, crypto::DeviceSeed seed, Handed handed, const std::string& device_name,
                          const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost) {
  check(!file.exists(), "a vault was to be created over another");
  Payload payload{std::move(seed), std::move(handed.chain),  handed.root, std::move(handed.psk_master),
                  std::nullopt,    std::move(handed.person), device_name, std::move(handed.journals)};
  payload.left = std::move(handed.left);
  try {
    return begin(std::move(file), std::move(payload), passphrase, cost);
  } catch (const std::system_error& refused) {
    throw store::NotDurable(refused.what());
  }
}

std::optional<Identity> Identity::open(store::VaultFile file, const crypto::SecretBytes& passphrase) {
  // Nothing typed is a wrong passphrase, and no question after a key file that was never there.
  if (passphrase.empty() && file.mode() == crypto::VaultMode::kPassphrase) return std::nullopt;
  auto opened = passphrase.empty() ? file.open_with_key_file() : file.open(passphrase);
  if (!opened) return std::nullopt;
  Payload payload = Payload::decode(opened->payload.view());
  if (!passphrase.empty()) file.forget_key_file();  // a stop, or the disk, may have left it
  return Identity(std::move(file), std::move(opened->lock), std::move(payload));
}

const crypto::Chain& Identity::chain() const { return payload_->chain; }
const crypto::RootPublic& Identity::root() const { return payload_->root; }
const crypto::RootPskMaster& Identity::psk_master() const { return payload_->psk_master; }
const std::string& Identity::person() const { return payload_->person; }
const std::string& Identity::device() const { return payload_->device; }
const crypto::RootEntropy* Identity::entropy() const { return payload_->entropy ? &*payload_->entropy : nullptr; }
const std::vector<JournalSecrets>& Identity::journals() const { return payload_->journals; }

// ---- words and passphrase ----

void Identity::require(const crypto::SecretBytes& passphrase) const {
  if (lock_.mode() != crypto::VaultMode::kPassphrase) return;
  if (passphrase.empty() || !lock_.accepts(passphrase)) throw Refusal(Reason::kWrongPassphrase);
}

crypto::SecretBytes Identity::words(const crypto::SecretBytes& passphrase) const {
  if (words_confirmed()) throw Refusal(Reason::kWordsGone);
  require(passphrase);
  return crypto::words_from_entropy(*payload_->entropy);
}

void Identity::confirm_words(const crypto::SecretBytes& passphrase, const std::map<std::uint32_t, std::string>& proof) {
  const crypto::SecretBytes all = words(passphrase);
  bool right = proof.size() >= kProofWords;
  for (const auto& [place, word] : proof)
    right = right && place >= 1 && place <= crypto::kWordCount && word_matches(all.text(), place, word);
  if (!right) throw Refusal(Reason::kWrongWords);
  auto entropy = std::exchange(payload_->entropy, std::nullopt);
  save_or([&] { payload_->entropy = std::move(entropy); });
}

void Identity::change_passphrase(const crypto::SecretBytes& current, const crypto::SecretBytes& replacement,
                                 crypto::Argon2Cost cost) {
  if (locked_by() == crypto::VaultMode::kKeyFile && !current.empty()) throw Refusal(Reason::kNoPassphrase);
  require(current);
  const crypto::SecretBytes payload = payload_->encode();
  try {
    lock_ = replacement.empty() ? file_.lock_with_key_file(payload.view())
                                : file_.lock_with(replacement, payload.view(), cost);
  } catch (const std::system_error& error) {
    throw store::NotDurable(error.what());
  }
  // Not before: what is saved from now on must find its key, whatever became of the other one.
  if (lock_.mode() == crypto::VaultMode::kPassphrase) file_.forget_key_file();
}

std::function<Bytes()> Identity::sealing_for_backup(const crypto::SecretBytes& passphrase,
                                                    crypto::Argon2Cost cost) const {
  std::shared_ptr<const crypto::VaultLock> own;
  if (!passphrase.empty())
    own = std::make_shared<const crypto::VaultLock>(crypto::VaultLock::with_passphrase(passphrase, cost));
  const auto require_one = [this, own] {  // it may go while the database is copied
    if (!own && locked_by() != crypto::VaultMode::kPassphrase) throw Refusal(Reason::kBadRequest, "passphrase");
  };
  require_one();
  return [this, own, require_one] {
    require_one();
    return (own ? *own : lock_).seal(payload_->encode().view());
  };
}

// ---- journals ----

bool Identity::has(const JournalId& id) const {
  return std::any_of(journals().begin(), journals().end(), [&](const auto& journal) { return journal.id == id; });
}

JournalSecrets& Identity::at(const JournalId& id) const {
  for (JournalSecrets& journal : payload_->journals)
    if (journal.id == id) return journal;
  stop("a journal was asked for that the vault does not hold");
}

const JournalSecrets& Identity::journal(const JournalId& id) const { return at(id); }

std::string Identity::free_name(const std::string& wanted) const {
  std::set<std::string> taken{kNotebookName, "me", ""};
  for (const JournalSecrets& journal : journals()) taken.insert(journal.name);
  std::string name = clipped(wanted, crypto::kNameLimit);
  for (int n = 2; taken.contains(name); ++n) {
    const std::string suffix = " " + std::to_string(n);
    name = clipped(wanted, crypto::kNameLimit - suffix.size()) + suffix;
  }
  return name;
}

void Identity::add_journal(JournalSecrets journal) {
  check(!has(journal.id), "a journal was added twice");
  payload_->journals.push_back(std::move(journal));
  save_or([&] { payload_->journals.pop_back(); });
}

void Identity::drop_journal(const JournalId& id) {
  auto& journals = payload_->journals;
  const auto found = std::find_if(journals.begin(), journals.end(), [&](const auto& one) { return one.id == id; });
  check(found != journals.end() && found->shared(), "only a shared journal can be dropped");
  const auto place = found - journals.begin();
  JournalSecrets dropped = std::move(*found);
  journals.erase(found);
  save_or([&] { journals.insert(journals.begin() + place, std::move(dropped)); });
}

void Identity::add_epochs(const JournalId& id, std::vector<crypto::EpochSecret> secrets) {
  JournalSecrets& journal = at(id);
  const std::size_t before = journal.epochs.size();
  std::set<EpochId> known;
  for (const crypto::EpochSecret& secret : journal.epochs) known.insert(crypto::epoch_id(id, secret));
  journal.epochs.reserve(before + secrets.size());
  for (crypto::EpochSecret& secret : secrets)
    if (known.insert(crypto::epoch_id(id, secret)).second) journal.epochs.push_back(std::move(secret));
  if (journal.epochs.size() == before) return;
  save_or([&] {
    journal.epochs.erase(journal.epochs.begin() + static_cast<std::ptrdiff_t>(before), journal.epochs.end());
  });
}

void Identity::acknowledge(const JournalId& id) {
  JournalSecrets& journal = at(id);
  if (!std::exchange(journal.unacknowledged, false)) return;
  save_or([&] { journal.unacknowledged = true; });
}

void Identity::arrived(const JournalId& id) {
  JournalSecrets& journal = at(id);
  if (!std::exchange(journal.awaited, false)) return;
  save_or([&] { journal.awaited = true; });
}

void Identity::set_mailbox(const JournalId& id, crypto::SecretBytes link) {
  JournalSecrets& journal = at(id);
  std::swap(journal.mailbox, link);
  save_or([&] { std::swap(journal.mailbox, link); });
}

void Identity::part(const JournalId& id) {
  JournalSecrets& journal = at(id);
  check(journal.shared(), "only a shared journal is parted from");
  if (std::exchange(journal.parted, true)) return;
  save_or([&] { journal.parted = false; });
}

void Identity::forget(const JournalId& id) {
  auto& journals = payload_->journals;
  const auto found = std::ranges::find(journals, id, &JournalSecrets::id);
  check(found != journals.end() && found->shared(), "only a shared journal can be forgotten");
  const auto place = found - journals.begin();
  JournalSecrets left = std::move(*found);
  journals.erase(found);
  payload_->forgetting.push_back(id);
  save_or([&] {
    payload_->forgetting.pop_back();
    journals.insert(journals.begin() + place, std::move(left));
  });
}

void Identity::forgotten(const JournalId& id) {
  auto& forgetting = payload_->forgetting;
  const auto before = forgetting;
  if (std::erase(forgetting, id) == 0) return;
  payload_->left.push_back(id);
  save_or([&] {
    payload_->left.pop_back();
    forgetting = before;
  });
}

void Identity::leave(const JournalId& id) {
  payload_->left.push_back(id);
  try {
    drop_journal(id);
  } catch (...) {
    payload_->left.pop_back();
    throw;
  }
}

const std::vector<JournalId>& Identity::forgetting() const { return payload_->forgetting; }
const std::vector<JournalId>& Identity::left() const { return payload_->left; }
bool Identity::has_left(const JournalId& id) const {
  return std::ranges::find(payload_->left, id) != payload_->left.end() ||
         std::ranges::find(payload_->forgetting, id) != payload_->forgetting.end();
}

void Identity::save_or(const std::function<void()>& undo) {
  try {
    file_.save(lock_, payload_->encode().view());
  } catch (const std::system_error& error) {
    undo();
    throw store::NotDurable(error.what());
  } catch (const std::bad_alloc&) {
    undo();
    throw store::NotDurable("there is not enough memory for secrets to write the vault");
  }
}

}  // namespace duolog::journal
