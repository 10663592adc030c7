// What a tool of one's own says over the local socket, to a visit with a real shelf behind its desk: every request is
// answered by well-formed replies, the last one marked, none longer than a frame; whatever was asked before, the next
// request is answered as well.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <google/protobuf/stubs/logging.h>

#include "daemon/control/visit.h"
#include "daemon/journal/attachments.h"
#include "proto/control.pb.h"
#include "proto/frame_codec.h"
#include "tests/fuzz/household.h"

using namespace duolog;
using control::Desk;
using control::Hold;
using control::Reply;
using control::Request;
using fuzz::must;

namespace {

// What a partner would have written, and a check-in of one's own.
std::unique_ptr<fuzz::Device> furnished() {
  auto device = std::make_unique<fuzz::Device>("Ada");
  fuzz::Device bo("Bo");
  fuzz::found(bo, *device, [](Bytes&) {});
  journal::Draft hers;
  hers.text = "from Bo";
  bo.shelf().write(hers, {});
  const JournalId shared = bo.identity().journals().back().id;
  const DeviceId author = bo.identity().keys().id();
  device->log().accept(shared, author, 1, bo.log().read_run(shared, author, 1));
  device->shelf().stored(shared, author, 1, device->log().head(shared, author)->seq);
  while (device->shelf().fold_some()) {
  }
  for (const char* text : {"we walked to the lake", "a second entry", "\x1b[2J and a third"}) {
    journal::Draft draft;
    draft.text = text;
    draft.tags = {"lake"};
    device->shelf().write(draft, {});
  }
  return device;
}
std::unique_ptr<fuzz::Device> ada;
std::unique_ptr<journal::Attachments> attachments;

class Talk {
 public:
  explicit Talk(Desk::State state) {
    desk_.state = [state] { return state; };
    desk_.shelf = []() -> journal::Shelf& { return ada->shelf(); };
    desk_.attachments = []() -> journal::Attachments& { return *attachments; };
    desk_.chunk_givers = [](const JournalId&) { return 1U; };
    desk_.describe = [](control::StatusReport& report) { report.mutable_device()->set_locked_by("passphrase"); };
    desk_.examine = [](control::DoctorReport& report) { report.add_findings()->set_code("ok"); };
    desk_.peers = [] { return std::vector<control::Peer>(1); };
    desk_.in_step = [] { return false; };
    desk_.nudge = [] {};
    desk_.init = [](const control::Init&, Reply& reply) { reply.mutable_init()->add_words("abandon"); };
    desk_.unlock = [](const control::Unlock&, Reply& reply) { reply.mutable_done(); };
    desk_.passphrase = [](const control::Passphrase&, Reply& reply) { reply.mutable_done(); };
    desk_.lock = desk_.stop = [] {};
    desk_.subscribe = [](auto tell) {
      control::WatchEvent event;
      event.set_event("connected");
      tell(event);
      return std::make_shared<int>();
    };
    desk_.after = [this](std::chrono::milliseconds, auto then) {
      later_ = std::move(then);
      return Hold(this, [this](void*) { later_ = nullptr; });
    };
    desk_.pair = [](const control::Pair&, auto tell, auto) {
      control::PairEvent event;
      event.mutable_progress();
      tell(event);
      return Desk::Pairing{std::make_shared<int>(), [](bool) {}};
    };
    desk_.devices.list = [](control::DeviceReport& report) { report.add_devices()->set_name("laptop"); };
    desk_.devices.remove = [](const control::DeviceRemove&, control::DeviceRemoved& report) { report.add_let_in(); };
    desk_.devices.add = [](const control::DeviceAdd&, auto tell, auto) {
      control::PairEvent event;
      event.mutable_window();
      tell(event);
      return Desk::Pairing{std::make_shared<int>(), [](bool) {}};
    };
    desk_.devices.join = [](const control::DeviceJoin&, auto tell, auto) {
      control::PairEvent event;
      event.mutable_arrived();
      tell(event);
      return Desk::Pairing{std::make_shared<int>(), [](bool) {}};
    };
    visit_.emplace(desk_, [this](Bytes bytes) { take(bytes); });
  }

  void ask(ByteView bytes, bool waits) {
    lasts_ = 0;
    visit_->receive(bytes);
    if (waits && later_) {
      const auto then = std::exchange(later_, nullptr);
      then();
    }
    must(lasts_ <= 1, "a request is answered twice");
    must(waits || lasts_ == 1, "a request is not answered");
  }

 private:
  void take(ByteView bytes) {
    must(bytes.size() <= proto::kControlLimit, "a reply is longer than a frame");
    Reply reply;
    must(reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())), "a reply does not parse");
    must(reply.body_case() != Reply::BODY_NOT_SET, "a reply says nothing");
    if (reply.last()) ++lasts_;
  }

  Desk desk_;
  std::optional<control::Visit> visit_;
  std::function<void()> later_;
  int lasts_ = 0;
};

// These go on by themselves, or are answered by what is under way.
bool may_wait(const Request& request) {
  return request.has_watch() || request.has_pair() || request.has_pair_decision() || request.has_sync() ||
         request.has_want_attachment() || request.has_share() || request.has_device_add();
}
bool may_write(const Request& request) {
  return request.has_write() || request.has_answer_form() || request.has_words() || request.has_configure() ||
         request.has_want_attachment() || request.has_attach() || request.list().seen() || request.show().seen() ||
         request.rounds().seen() || request.today().seen();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const google::protobuf::LogSilencer quiet;
  fuzz::same_chance();
  if (!ada) {
    ada = furnished();
    attachments = std::make_unique<journal::Attachments>(ada->shelf(), ada->blobs(), 0,
                                                         journal::Attachments::Hooks{[](const JournalId&) {}, [] {}});
    attachments->start();
  }
  fuzz::same_chance();
  fuzz::Script script(data, size);
  const auto state = static_cast<Desk::State>(2 - script.below(16) / 7);  // mostly open
  const std::size_t piece = 1 + script.byte();
  bool written = false;
  {
    const fuzz::Frugal frugal(size, proto::kControlLimit);
    Talk talk(state);
    Bytes stream;
    for (int i = 0; i < 8 && !script.over(); ++i) {
      const ByteView request = script.chunk();
      proto::append_frame(stream, proto::Framing::kControl, request);
    }
    proto::FrameReader reader(proto::Framing::kControl, proto::kControlLimit);
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
      Bytes message;
      while (reader.next(message) == proto::FrameReader::Next::kMessage) {
        Request request;
        const bool read = request.ParseFromArray(message.data(), static_cast<int>(message.size()));
        written = written || (read && may_write(request));
        talk.ask(message, read && may_wait(request));
      }
    }
    Request last;
    last.set_version(1);
    last.mutable_status();
    const std::string bytes = last.SerializeAsString();
    talk.ask(as_bytes(bytes), false);
  }
  if (written) attachments.reset(), ada.reset();
  return 0;
}
