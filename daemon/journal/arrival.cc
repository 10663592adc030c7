// arrival.cc: the talk of an arrival: messages in and out, in their order. What is true of a handover, and how it reads
// as a message, stands in handover.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/arrival.h"

#include <google/protobuf/stubs/logging.h>

#include "daemon/journal/handover.h"
#include "proto/wire.pb.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kPairFrameLimit = 1 << 20;

// What a stranger sent is read, or it is a violation.
void read(ByteView message, wire::PairFrame& frame) {
  const google::protobuf::LogSilencer quiet;  // it fills no screen
  const bool fits = message.size() <= kPairFrameLimit;
  if (!fits || !frame.ParseFromArray(message.data(), static_cast<int>(message.size())))
    throw Unwelcome{ArrivalFault::kViolation, "not a message of an arrival"};
}

Bytes bytes_of(const wire::PairFrame& frame) {
  Bytes bytes(frame.ByteSizeLong());
  frame.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::optional<Bytes> take(std::optional<Bytes>& out) { return std::exchange(out, std::nullopt); }

// The visitor's keys and name, as its one certificate says: whoever spoke has the noise key, and a lie about the others
// leaves it with a device that cannot write.
std::optional<crypto::CertificateBody> introduced(const ArrivalFacts& facts) {
  auto body = facts.chain.size() == 1 ? crypto::decode(facts.chain.front()) : std::nullopt;
  const bool sound = body && body->device.id() == facts.device && body->name.size() <= crypto::kNameLimit &&
                     !utf8_fault(as_bytes(body->name));
  return sound ? std::move(body) : std::nullopt;
}

}  // namespace

// ---- host ----

struct Welcome::Talk {
  Talk(Shelf& ours, ArrivalFacts given, std::function<std::vector<Reach>()> where)
      : shelf(ours), facts(std::move(given)), reach(std::move(where)), visitor(introduced(facts)) {
    if (!visitor) fail(ArrivalFault::kViolation, "the visitor's certificate is malformed");
  }

  Shelf& shelf;
  ArrivalFacts facts;
  std::function<std::vector<Reach>()> reach;
  std::optional<crypto::CertificateBody> visitor;
  State state = State::kDeciding;
  ArrivalFault fault = ArrivalFault::kNone;
  std::string detail;
  std::string name = visitor ? visitor->name : std::string();
  std::optional<Bytes> out;
  bool enrolled = false;
  std::exception_ptr refused;

  ~Talk() { hush(); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  [[nodiscard]] bool over() const {
    return state == State::kArrived || state == State::kDeclined || state == State::kFailed;
  }
  void hush() {
    if (out) crypto::wipe(*out);
    out.reset();
  }
  void fail(ArrivalFault why, std::string what) {
    fault = why;
    detail = std::move(what);
    hush();
    state = State::kFailed;
  }
  // It has the keys and has not kept to what was agreed: new ones are made without it.
  void take_back() {
    if (!std::exchange(enrolled, false)) return;
    try {
      shelf.remove_device(facts.device);
      shelf.has_arrived(facts.device);     // it is waited for no more
    } catch (const std::exception& why) {  // it is removed when its time is over
      detail += detail.empty() ? why.what() : std::string("; ") + why.what();
    }
  }
  // What can fail is done before anybody is let in.
  void enrol() {
    wire::PairFrame frame;
    const WipedHandover wiped(frame);
    put_handover(frame.mutable_handover(), shelf.parts().identity, reach());
    shelf.expect_arrival(facts.device);
    put_chain(frame.mutable_handover(), shelf.enrol_device(visitor->device, visitor->name, facts.paired_by));
    enrolled = true;
    out = bytes_of(frame);
    state = State::kAwaitingStored;
  }
};

Welcome::Welcome(Shelf& shelf, ArrivalFacts facts, std::function<std::vector<Reach>()> reach)
    : talk_(std::make_unique<Talk>(shelf, std::move(facts), std::move(reach))) {}
Welcome::~Welcome() = default;

void Welcome::welcome() {
  check(talk_->state == State::kDeciding, "a device was welcomed out of turn");
  try {
    talk_->enrol();
  } catch (const Refusal& refusal) {
    talk_->refused = std::current_exception();
    talk_->fail(ArrivalFault::kRefused, refusal.what());
  } catch (const std::exception& refused) {  // the disk, a damaged log, too little memory
    talk_->fail(ArrivalFault::kNotStored, refused.what());
    talk_->take_back();
  }
}

void Welcome::decline() {
  if (talk_->state != State::kDeciding) return;
  wire::PairFrame no;
  no.mutable_approval()->set_accepted(false);
  talk_->out = bytes_of(no);
  talk_->state = State::kDeclined;
}

void Welcome::receive(ByteView message) {
  if (talk_->over()) return;
  try {
    wire::PairFrame frame;
    read(message, frame);
    if (talk_->state != State::kAwaitingStored || !frame.has_stored())
      throw Unwelcome{ArrivalFault::kViolation, "a message out of turn"};
    talk_->state = State::kArrived;
    talk_->shelf.has_arrived(talk_->facts.device);
  } catch (const Unwelcome& why) {
    talk_->fail(why.fault, why.detail);
    talk_->take_back();
  }
}

void Welcome::lost() {
  if (talk_->over()) return;
  talk_->fail(talk_->enrolled ? ArrivalFault::kLeft : ArrivalFault::kNone, {});
}

std::optional<Bytes> Welcome::next() { return take(talk_->out); }
Welcome::State Welcome::state() const { return talk_->state; }
ArrivalFault Welcome::fault() const { return talk_->fault; }
const std::string& Welcome::detail() const { return talk_->detail; }
std::exception_ptr Welcome::refused() const { return talk_->refused; }
const std::string& Welcome::device_name() const { return talk_->name; }
const DeviceId& Welcome::device() const { return talk_->facts.device; }

// ---- joiner ----

struct Arrival::Talk {
  const crypto::DeviceKeys& self;
  ArrivalFacts facts;
  std::function<void(Handover)> store;
  State state = State::kAwaitingHandover;
  ArrivalFault fault = ArrivalFault::kNone;
  std::string detail;
  std::optional<Bytes> out;

  void take(const wire::PairFrame& frame) {
    if (frame.has_approval() && !frame.approval().accepted()) {
      state = State::kDeclined;
      return;
    }
    if (!frame.has_handover()) throw Unwelcome{ArrivalFault::kViolation, "no handover"};
    store(verified_handover(frame.handover(), self, facts.device));
    wire::PairFrame stored;
    stored.mutable_stored();
    out = bytes_of(stored);
    state = State::kArrived;
  }
  void fail(ArrivalFault why, std::string what) {
    fault = why;
    detail = std::move(what);
    state = State::kFailed;
  }
};

Arrival::Arrival(const crypto::DeviceKeys& self, ArrivalFacts facts, std::function<void(Handover)> store)
    : talk_(std::make_unique<Talk>(self, std::move(facts), std::move(store))) {}
Arrival::~Arrival() = default;

void Arrival::receive(ByteView message) {
  if (talk_->state != State::kAwaitingHandover) return;
  try {
    wire::PairFrame frame;
    const WipedHandover wiped(frame);
    read(message, frame);
    talk_->take(frame);
  } catch (const Unwelcome& why) {
    talk_->fail(why.fault, why.detail);
  } catch (const std::exception& refused) {  // the disk, or too little memory for so much
    talk_->fail(ArrivalFault::kNotStored, refused.what());
  }
}

std::optional<Bytes> Arrival::next() { return take(talk_->out); }
Arrival::State Arrival::state() const { return talk_->state; }
ArrivalFault Arrival::fault() const { return talk_->fault; }
const std::string& Arrival::detail() const { return talk_->detail; }

}  // namespace duolog::journal
