// founding.cc: the talk of a founding: messages in and out, in their order. What is true of them is found out in
// founding_terms.cc; what is stored, in founding_terms.cc as well, always before the message that says so.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/founding.h"

#include <google/protobuf/stubs/logging.h>

#include "crypto/pairing.h"
#include "daemon/journal/founding_terms.h"
#include "proto/wire.pb.h"

namespace duolog::journal {
namespace {

using State = Founding::State;

constexpr std::size_t kPairFrameLimit = 1 << 20;

void put(std::string* field, ByteView bytes) { field->assign(as_text(bytes)); }

void wipe_field(std::string* field) { crypto::wipe({reinterpret_cast<std::uint8_t*>(field->data()), field->size()}); }

// A message whose secrets are zeroed on every way out of the scope.
struct WipedFrame {
  wire::PairFrame message;
  WipedFrame() = default;
  WipedFrame(const WipedFrame&) = delete;
  WipedFrame& operator=(const WipedFrame&) = delete;
  ~WipedFrame() {
    if (message.has_keys()) wipe_field(message.mutable_keys()->mutable_root_psk());
    if (!message.has_founding()) return;
    wipe_field(message.mutable_founding()->mutable_epoch_zero());
    wipe_field(message.mutable_founding()->mutable_epoch_one());
  }
};

template <class Message>
std::optional<crypto::RootPublic> read_root(const Message& from) {
  const auto sign = SignPublic::from(as_bytes(from.root_sign()));
  const auto wrap = WrapPublic::from(as_bytes(from.root_wrap()));
  if (!sign || !wrap) return std::nullopt;
  return crypto::RootPublic{*sign, *wrap};
}

template <class Message>
void put_root(Message* to, const crypto::RootPublic& root) {
  put(to->mutable_root_sign(), root.sign.bytes);
  put(to->mutable_root_wrap(), root.wrap.bytes);
}

std::optional<std::vector<crypto::Record>> read_run(const wire::Records& from) {
  if (from.start_seq() != 1 || from.records_size() > static_cast<int>(kBirthLength)) return std::nullopt;
  std::vector<crypto::Record> run;
  for (const wire::SealedRecord& one : from.records()) {
    crypto::Record& record = run.emplace_back();
    if (one.head().size() != record.head.size() || !one.has_body()) return std::nullopt;
    std::copy(one.head().begin(), one.head().end(), record.head.begin());
    record.body = to_bytes(as_bytes(one.body()));
  }
  return run;
}

}  // namespace

struct Founding::Talk {
  Talk(Shelf& shelf, FoundingRole role_given, FoundingFacts facts)
      : terms(shelf, std::move(facts)),
        role(role_given),
        state(role == FoundingRole::kHost ? State::kDeciding : State::kAwaitingApproval) {}

  FoundingTerms terms;
  FoundingRole role;
  State state;
  FoundingFault fault = FoundingFault::kNone;
  std::string detail;
  std::deque<Bytes> out;

  // The one place where the state changes; every edge of the drawing in founding.h.
  void go(State to) {
    const bool over = state == State::kFounded || state == State::kDeclined || state == State::kFailed;
    const bool host = (state == State::kDeciding && to == State::kAwaitingKeys) ||
                      (state == State::kAwaitingKeys && to == State::kAwaitingStored) ||
                      (state == State::kAwaitingStored && to == State::kFounded);
    const bool joiner = (state == State::kAwaitingApproval && to == State::kAwaitingFounding) ||
                        (state == State::kAwaitingFounding && to == State::kFounded);
    const bool ends = to == State::kFailed || to == State::kDeclined;
    check(!over && (ends || (role == FoundingRole::kHost ? host : joiner)), "a founding took a forbidden step");
    state = to;
  }

  void say(const WipedFrame& frame) {
    Bytes& bytes = out.emplace_back(frame.message.ByteSizeLong());
    frame.message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  }

  void take(const wire::PairFrame& frame) {
    switch (state) {
      case State::kAwaitingApproval:
        return take_approval(frame);
      case State::kAwaitingKeys:
        return take_keys(frame);
      case State::kAwaitingFounding:
        return take_founding(frame);
      case State::kAwaitingStored:
        return take_stored(frame);
      default:
        throw Unfounded{FoundingFault::kViolation, "a message out of turn"};
    }
  }

  // ---- joiner ----

  void take_approval(const wire::PairFrame& frame) {
    if (!frame.has_approval()) throw Unfounded{FoundingFault::kViolation, "no approval"};
    if (!frame.approval().accepted()) return go(State::kDeclined);
    const auto root = read_root(frame.approval());
    if (!root) throw Unfounded{FoundingFault::kViolation, "malformed root keys"};
    terms.meet(*root);
    terms.relate(frame.approval().relationship());
    terms.set_roots(*root, terms.own_root());

    WipedFrame keys;
    put_root(keys.message.mutable_keys(), terms.own_root());
    put(keys.message.mutable_keys()->mutable_root_psk(), terms.own_psk().view());
    say(keys);
    go(State::kAwaitingFounding);
  }

  void take_founding(const wire::PairFrame& frame) {
    if (!frame.has_founding()) throw Unfounded{FoundingFault::kViolation, "no founding"};
    const wire::Founding& from = frame.founding();
    auto zero = crypto::EpochSecret::from(as_bytes(from.epoch_zero()));
    auto one = crypto::EpochSecret::from(as_bytes(from.epoch_one()));
    auto run = read_run(from.records());
    if (!zero || !one || !run || as_bytes(from.records().device()).size() != DeviceId::kLength)
      throw Unfounded{FoundingFault::kViolation, "malformed founding"};
    terms.verify({to_bytes(as_bytes(from.genesis())), std::move(*zero), std::move(*one),
                  *DeviceId::from(as_bytes(from.records().device())), std::move(*run)});
    terms.store_as_joiner();
    WipedFrame stored;
    stored.message.mutable_stored();
    say(stored);
    go(State::kFounded);
  }

  // ---- host ----

  void take_keys(const wire::PairFrame& frame) {
    if (!frame.has_keys()) throw Unfounded{FoundingFault::kViolation, "no keys"};
    const auto root = read_root(frame.keys());
    auto psk = crypto::SlotPsk::from(as_bytes(frame.keys().root_psk()));
    if (!root || !psk) throw Unfounded{FoundingFault::kViolation, "malformed keys"};
    terms.meet(*root);
    terms.set_roots(terms.own_root(), *root);
    const FoundingOffer offer = terms.store_as_host(std::move(*psk));

    WipedFrame founding;
    wire::Founding* to = founding.message.mutable_founding();
    put(to->mutable_genesis(), offer.genesis);
    put(to->mutable_epoch_zero(), offer.zero.view());
    put(to->mutable_epoch_one(), offer.one.view());
    put(to->mutable_records()->mutable_device(), offer.device.bytes);
    to->mutable_records()->set_start_seq(1);
    for (const crypto::Record& record : offer.run) {
      wire::SealedRecord* one = to->mutable_records()->add_records();
      put(one->mutable_head(), record.head);
      put(one->mutable_body(), *record.body);
    }
    say(founding);
    go(State::kAwaitingStored);
  }

  void take_stored(const wire::PairFrame& frame) {
    if (!frame.has_stored()) throw Unfounded{FoundingFault::kViolation, "no receipt"};
    terms.acknowledge();
    go(State::kFounded);
  }

  void fail(FoundingFault why, std::string what) {
    fault = why;
    detail = std::move(what);
    out.clear();
    go(State::kFailed);
  }
};

Founding::Founding(Shelf& shelf, FoundingRole role, FoundingFacts facts)
    : talk_(std::make_unique<Talk>(shelf, role, std::move(facts))) {}
Founding::~Founding() = default;

void Founding::approve(std::string_view relationship) {
  check(talk_->state == State::kDeciding, "a founding was approved out of turn");
  check(practice::is_one_of(relationship, practice::kRelationships), "a relationship that there is not");
  talk_->terms.relate(std::string(relationship));
  WipedFrame yes;
  yes.message.mutable_approval()->set_accepted(true);
  put_root(yes.message.mutable_approval(), talk_->terms.own_root());
  yes.message.mutable_approval()->set_relationship(std::string(relationship));
  talk_->say(yes);
  talk_->go(State::kAwaitingKeys);
}

void Founding::decline() {
  if (talk_->state == State::kFounded || talk_->state == State::kDeclined || talk_->state == State::kFailed) return;
  if (talk_->state == State::kDeciding) {
    WipedFrame no;
    no.message.mutable_approval()->set_accepted(false);
    talk_->say(no);
  }
  talk_->go(State::kDeclined);
}

void Founding::receive(ByteView message) {
  if (talk_->state == State::kFounded || talk_->state == State::kDeclined || talk_->state == State::kFailed) return;
  try {
    const google::protobuf::LogSilencer quiet;  // what a stranger sent fills no screen
    WipedFrame frame;
    const bool read = message.size() <= kPairFrameLimit &&
                      frame.message.ParseFromArray(message.data(), static_cast<int>(message.size()));
    if (!read) throw Unfounded{FoundingFault::kViolation, "not a message of a founding"};
    talk_->take(frame.message);
  } catch (const Unfounded& why) {
    talk_->fail(why.fault, why.detail);
  } catch (const store::NotDurable& why) {
    talk_->fail(FoundingFault::kNotStored, why.what());
  }
}

std::optional<Bytes> Founding::next() {
  if (talk_->out.empty()) return std::nullopt;
  Bytes message = std::move(talk_->out.front());
  talk_->out.pop_front();
  return message;
}

Founding::State Founding::state() const { return talk_->state; }
FoundingFault Founding::fault() const { return talk_->fault; }
const std::string& Founding::detail() const { return talk_->detail; }
const std::string& Founding::other() const { return talk_->terms.facts().name; }

std::string Founding::other_device() const {
  const auto& chain = talk_->terms.facts().chain;
  const auto body = chain.empty() ? std::nullopt : crypto::decode(chain.back());
  return body ? body->name : std::string();
}

std::vector<std::string> Founding::comparison_words() const {
  return crypto::comparison_words(talk_->terms.facts().channel_binding);
}

const JournalSecrets& Founding::journal() const {
  check(talk_->state == State::kFounded, "a founding that is not done was asked for its journal");
  return talk_->terms.journal();
}

}  // namespace duolog::journal
