// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/bundles.h"

#include "daemon/control/convert.h"
#include "daemon/control/intake.h"
#include "daemon/journal/door.h"
#include "daemon/journal/items.h"
#include "daemon/journal/parcel.h"
#include "daemon/sync/bundle_writer.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr auto kAtOnce = std::chrono::milliseconds(0);
constexpr int kStepsTold = 64;  // of the counting, between two reports
constexpr std::size_t kIdShown = 8;

Error error(Error::Code code, std::string detail = {}, std::uint32_t limit = 0) {
  Error made;
  made.set_code(code);
  made.set_detail(std::move(detail));
  made.set_limit(limit);
  return made;
}

std::string name_of(const journal::Journal& journal, const DeviceId& device) {
  const std::string name = journal::device_name(journal, device);
  return name.empty() ? hex(device.bytes).substr(0, kIdShown) : name;
}

}  // namespace

struct Bundles::State {
  State(Desk& served, Keep::Answers out)
      : desk(served),
        answers(std::move(out)),
        intake(desk, answers,
               {[this](BundleReport& report) { describe(report); }, [] { return error(Error::BUNDLE_OF_OTHERS); },
                [this](BundleReport& report) { was_whole(report); }}) {}

  void give(const BundleExport& asked);
  void begin_export(const BundleExport::Begin& asked);
  void count_on(int steps);
  [[nodiscard]] Reply report_of_export() const;
  void take(const BundleImport& asked);
  void describe(BundleReport& out) const;
  void was_whole(const BundleReport& report) const;
  void tell_gaps(BundleReport& out) const;

  void forget() {
    timer.reset();
    writer.reset();
  }
  void guarded(const std::function<void()>& step) {
    answers.guarded(step, [this] { forget(); });
  }
  void later(std::chrono::milliseconds time, std::function<void()> step) {
    timer = desk.after(time, [this, step = std::move(step)] {
      if (desk.state() == Desk::State::kOpen) guarded(step);
    });
  }

  Desk& desk;
  Keep::Answers answers;
  Hold timer;
  std::unique_ptr<sync::BundleWriter> writer;
  BundleReport about;  // what is known of it before it is counted
  Intake intake;
  std::int64_t latest_ms = 0;  // of what came in
};

Bundles::Bundles(Desk& desk, Keep::Answers answers) : state_(std::make_unique<State>(desk, std::move(answers))) {}
Bundles::~Bundles() = default;

bool Bundles::answer(const Request& request) {
  const auto body = request.body_case();
  if (body != Request::kBundleExport) state_->writer.reset();
  if (body != Request::kBundleImport) state_->intake.forget();
  state_->timer.reset();
  if (body == Request::kBundleExport) return state_->give(request.bundle_export()), true;
  if (body == Request::kBundleImport) return state_->take(request.bundle_import()), true;
  return false;
}

// ---- written ----

void Bundles::State::give(const BundleExport& asked) {
  using Stage = sync::BundleWriter::Stage;
  if (asked.has_begin()) return begin_export(asked.begin());
  if (!writer || writer->stage() == Stage::kCounting) throw journal::Refusal(journal::Reason::kBadRequest, "bundle");
  Bytes piece;
  if (writer->stage() == Stage::kWriting) piece = writer->next();
  Reply reply = report_of_export();
  reply.mutable_bundle()->set_piece(piece.data(), piece.size());
  answers.finish(std::move(reply));
}

void Bundles::State::begin_export(const BundleExport::Begin& asked) {
  writer.reset();
  journal::Parcel parcel = journal::pack(desk.shelf(), {asked.journal(), asked.everything(), asked.attachments()});
  // A whole notebook is of use to whoever has the 24 words.
  const bool for_words = asked.everything() && !parcel.genesis.second;
  if (parcel.devices.empty() && !for_words) return answers.fail(error(Error::NOTHING_TO_CARRY, parcel.other, 1));
  about.Clear();
  about.set_journal(parcel.name);
  about.set_other(parcel.other);
  for (const std::string& name : parcel.devices) about.add_devices(name);
  about.set_chunks_missing(count(parcel.chunks_missing));
  writer = desk.bundles.write(std::move(parcel));
  guarded([this] { count_on(0); });
}

void Bundles::State::count_on(int steps) {
  writer->work();
  if (writer->stage() == sync::BundleWriter::Stage::kCounting) {
    if (steps % kStepsTold == 0) answers.send(report_of_export());
    return later(kAtOnce, [this, steps] { count_on(steps + 1); });
  }
  if (writer->records() == 0) {
    writer.reset();
    return answers.fail(error(Error::NOTHING_TO_CARRY, about.other()));
  }
  answers.finish(report_of_export());
}

Reply Bundles::State::report_of_export() const {
  using Stage = sync::BundleWriter::Stage;
  Reply reply;
  BundleReport& out = *reply.mutable_bundle();
  out = about;
  const Stage stage = writer->stage();
  out.set_stage(stage == Stage::kCounting  ? "counting"
                : stage == Stage::kChanged ? "again"
                : stage == Stage::kWriting ? "writing"
                                           : "done");
  out.set_records(count(writer->records()));
  out.set_chunks(count(writer->chunks()));
  out.set_chunks_missing(count(about.chunks_missing() + writer->left_out()));
  out.set_done(writer->written());
  out.set_total(writer->bytes());
  return reply;
}

// ---- taken in ----

void Bundles::State::take(const BundleImport& asked) {
  if (!asked.has_begin()) return intake.take(asked);
  desk.shelf();  // a full disk may have room again
  latest_ms = 0;
  intake.begin(desk.bundles.read([this](std::int64_t written_ms) { latest_ms = std::max(latest_ms, written_ms); }));
  answers.finish(intake.report("taking"));
}

void Bundles::State::was_whole(const BundleReport& report) const {
  const std::optional<JournalId>& journal = intake.reader()->journal();
  if (report.gaps_size() == 0 && journal) journal::Door(desk.shelf()).was_read_whole(*journal);
}

void Bundles::State::describe(BundleReport& out) const {
  if (latest_ms > 0) out.set_latest(moment(WallTime(std::chrono::milliseconds(latest_ms))));
  if (!intake.reader()->journal()) return;
  const journal::Journal* journal = desk.shelf().by_id(*intake.reader()->journal());
  if (journal == nullptr) return;
  out.set_journal(journal->secrets().name);
  out.set_other(journal->secrets().other);
  tell_gaps(out);
}

// What a later part of the file, or a session meanwhile, has filled is no gap any more.
void Bundles::State::tell_gaps(BundleReport& out) const {
  journal::Shelf& shelf = desk.shelf();
  const journal::Journal& journal = *shelf.by_id(*intake.reader()->journal());
  for (const auto& [device, gap] : intake.reader()->tally().gaps) {
    const auto head = shelf.parts().log.head(journal.id(), device);
    const std::uint64_t held = head ? head->seq : 0;
    if (held + 1 >= gap.begins) continue;
    BundleReport::Gap& told = *out.add_gaps();
    told.set_name(journal::author_name(journal, device));
    told.set_device(name_of(journal, device));
    told.set_held(held);
    told.set_begins(gap.begins);
  }
}

}  // namespace duolog::control
