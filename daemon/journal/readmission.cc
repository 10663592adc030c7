// readmission.cc: the talk of a readmission: messages in and out, in their order. What is given back, and what of it is
// believed, stands in given_back.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/readmission.h"

#include <google/protobuf/stubs/logging.h>

#include <new>

#include "crypto/root_proof.h"
#include "daemon/journal/given_back.h"
#include "daemon/journal/journal.h"
#include "proto/wire.pb.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kReturnLimit = 3 << 20;
constexpr std::size_t kAnswerLimit = 1 << 10;  // what a host is told

// What a stranger sent is read, or it is untrue.
void read(ByteView message, std::size_t limit, wire::PairFrame& frame) {
  const google::protobuf::LogSilencer quiet;  // it fills no screen
  if (message.size() > limit || !frame.ParseFromArray(message.data(), static_cast<int>(message.size())))
    throw Untrue{"not a message of a readmission"};
}

Bytes bytes_of(const wire::PairFrame& frame) {
  Bytes bytes(frame.ByteSizeLong());
  frame.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::optional<Bytes> take(std::optional<Bytes>& out) { return std::exchange(out, std::nullopt); }

}  // namespace

// ---- host ----

struct Readmission::Talk {
  Talk(Shelf& ours, ReadmissionFacts given, std::function<void()> told)
      : shelf(ours), facts(std::move(given)), proven(std::move(told)) {
    look_up();
  }

  Shelf& shelf;
  ReadmissionFacts facts;
  std::function<void()> proven;
  State state = State::kAwaitingProof;
  ReadmissionFault fault = ReadmissionFault::kNone;
  std::string detail;
  std::exception_ptr refused;
  std::optional<Bytes> out;
  std::optional<crypto::RootPublic> root;  // of whoever the visitor says to be
  std::vector<JournalId> shared;           // with that person
  std::string person;
  std::string device_name;

  [[nodiscard]] bool over() const {
    return state == State::kGivenBack || state == State::kDeclined || state == State::kFailed;
  }
  void fail(ReadmissionFault why, std::string what) {
    fault = why;
    detail = std::move(what);
    out.reset();
    state = State::kFailed;
  }

  // Whose chain it is: certified by the root itself, and a device that nobody has met.
  void look_up() {
    for (const Journal* journal : shelf.journals()) {
      if (!journal->shared() || journal->secrets().awaited || journal->secrets().parted) continue;
      const auto known = journal->roster().prove(facts.chain);
      if (!known || known->device.id() != facts.device || known->path.size() != 1) continue;
      if (known->person == shelf.parts().identity.root().id())
        return fail(ReadmissionFault::kOwnWords, "the visitor has this person's own words");
      if (was_a_member(*journal, known->person))
        return fail(ReadmissionFault::kViolation, "the visitor is a device that was here before");
      for (const crypto::RootPublic& one : journal->secrets().genesis.roots())
        if (one.id() == known->person) root = one;
      shared.push_back(journal->id());
      person = journal->secrets().other;
      device_name = known->name;
    }
    if (shared.empty()) fail(ReadmissionFault::kNobody, "the visitor's words belong to nobody here");
  }
  [[nodiscard]] bool was_a_member(const Journal& journal, const RootId& whose) const {
    return journal.membership().was_enrolled(facts.device) || journal.membership().removed(whose, facts.device);
  }
  [[nodiscard]] std::vector<const Journal*> journals() const {
    std::vector<const Journal*> found;
    for (const JournalId& id : shared)
      if (const Journal* journal = shelf.by_id(id)) found.push_back(journal);
    return found;
  }

  void take_proof(const wire::PairFrame& frame) {
    if (!frame.has_proof()) throw Untrue{"a message out of turn"};
    Signature proof{};
    const std::string& bytes = frame.proof().signature();
    if (bytes.size() != proof.size()) throw Untrue{"the proof is malformed"};
    std::copy(bytes.begin(), bytes.end(), proof.begin());
    if (!crypto::root_proof_holds(*root, proof, facts.channel_binding, facts.device))
      throw Untrue{"the visitor has not the words of its chain"};
    state = State::kDeciding;
    proven();
  }

  // Its log may come in before it hears of anything: else the first session would be refused.
  void admit() {
    for (const JournalId& id : shared) {
      Journal* journal = shelf.by_id(id);
      if (journal != nullptr && journal->admit(facts.chain)) continue;
      Refusal full(Reason::kDevicesFull);
      full.limit = kDevicesEver;
      throw full;
    }
  }
  void give() {
    admit();
    wire::PairFrame frame;
    put_return(frame.mutable_returned(), shelf, journals());
    out = bytes_of(frame);
    state = State::kAwaitingStored;
  }
};

Readmission::Readmission(Shelf& shelf, ReadmissionFacts visitor, std::function<void()> proven)
    : talk_(std::make_unique<Talk>(shelf, std::move(visitor), std::move(proven))) {}
Readmission::~Readmission() = default;

void Readmission::give_back() {
  check(talk_->state == State::kDeciding, "something was given back out of turn");
  try {
    talk_->give();
  } catch (const Refusal& refusal) {
    talk_->refused = std::current_exception();
    talk_->fail(ReadmissionFault::kRefused, refusal.what());
  } catch (const store::NotDurable& refused) {
    talk_->fail(ReadmissionFault::kNotStored, refused.what());
  } catch (const store::BadDatabase& damaged) {
    talk_->fail(ReadmissionFault::kNotStored, damaged.what());
  }
}

void Readmission::decline() {
  if (talk_->state != State::kDeciding) return;
  wire::PairFrame no;
  no.mutable_approval()->set_accepted(false);
  talk_->out = bytes_of(no);
  talk_->state = State::kDeclined;
}

void Readmission::receive(ByteView message) {
  if (talk_->over()) return;
  try {
    wire::PairFrame frame;
    read(message, kAnswerLimit, frame);
    if (talk_->state == State::kAwaitingProof) return talk_->take_proof(frame);
    if (talk_->state != State::kAwaitingStored || !frame.has_stored()) throw Untrue{"a message out of turn"};
    talk_->state = State::kGivenBack;
  } catch (const Untrue& why) {
    talk_->fail(ReadmissionFault::kViolation, why.detail);
  }
}

void Readmission::lost() {
  if (talk_->over()) return;
  const bool sent = talk_->state == State::kAwaitingStored;
  talk_->fail(sent ? ReadmissionFault::kLeft : ReadmissionFault::kNone, {});
}

std::optional<Bytes> Readmission::next() { return take(talk_->out); }
Readmission::State Readmission::state() const { return talk_->state; }
ReadmissionFault Readmission::fault() const { return talk_->fault; }
const std::string& Readmission::detail() const { return talk_->detail; }
std::exception_ptr Readmission::refused() const { return talk_->refused; }
const std::string& Readmission::person() const { return talk_->person; }
const std::string& Readmission::device_name() const { return talk_->device_name; }
const DeviceId& Readmission::device() const { return talk_->facts.device; }
const std::vector<JournalId>& Readmission::shared() const { return talk_->shared; }
std::vector<std::string> Readmission::journals() const {
  std::vector<std::string> names;
  for (const Journal* journal : talk_->journals()) names.push_back(journal->secrets().name);
  return names;
}

// ---- joiner ----

struct Homecoming::Talk {
  const crypto::RootKeys& root;
  ReadmissionFacts host;
  std::function<void(Returned)> store;
  std::optional<Bytes> out;
  State state = State::kAwaitingReturn;
  ReadmissionFault fault = ReadmissionFault::kNone;
  std::string detail;

  void take(const wire::PairFrame& frame) {
    if (frame.has_approval() && !frame.approval().accepted()) {
      state = State::kDeclined;
      return;
    }
    if (!frame.has_returned()) throw Untrue{"nothing was given back"};
    store(verified_return(frame.returned(), root, host.device));
    wire::PairFrame stored;
    stored.mutable_stored();
    out = bytes_of(stored);
    state = State::kGivenBack;
  }
  void fail(ReadmissionFault why, std::string what) {
    fault = why;
    detail = std::move(what);
    out.reset();
    state = State::kFailed;
  }
};

Homecoming::Homecoming(const crypto::RootKeys& root, const crypto::DeviceKeys& self, ReadmissionFacts host,
                       std::function<void(Returned)> store) {
  wire::PairFrame proof;
  proof.mutable_proof()->set_signature(std::string(as_text(crypto::prove_root(root, host.channel_binding, self.id()))));
  talk_ = std::make_unique<Talk>(Talk{root, std::move(host), std::move(store), bytes_of(proof)});
}
Homecoming::~Homecoming() = default;

void Homecoming::receive(ByteView message) {
  if (talk_->state != State::kAwaitingReturn) return;
  try {
    wire::PairFrame frame;
    read(message, kReturnLimit, frame);
    talk_->take(frame);
  } catch (const Untrue& why) {
    talk_->fail(ReadmissionFault::kViolation, why.detail);
  } catch (const store::NotDurable& refused) {
    talk_->fail(ReadmissionFault::kNotStored, refused.what());
  } catch (const std::bad_alloc&) {  // so many keys want locked memory
    talk_->fail(ReadmissionFault::kNotStored, "there is not enough memory for secrets");
  }
}

std::optional<Bytes> Homecoming::next() { return take(talk_->out); }
Homecoming::State Homecoming::state() const { return talk_->state; }
ReadmissionFault Homecoming::fault() const { return talk_->fault; }
const std::string& Homecoming::detail() const { return talk_->detail; }

}  // namespace duolog::journal
