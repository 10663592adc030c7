// A daemon's answer as the client reads and shows it, whoever may have written what is in it: refused, or shown in
// words, on lines and as JSON, with nothing in it that a terminal would obey.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <google/protobuf/stubs/logging.h>
#include <unistd.h>

#include "client/chart.h"
#include "client/delivery.h"
#include "client/json.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/snippet.h"
#include "client/stats_text.h"
#include "client/word_diff.h"
#include "client/words.h"
#include "proto/control.pb.h"
#include "proto/frame_codec.h"
#include "tests/fuzz/shown.h"

using namespace duolog;

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kWidth = 60;

const client::Output& paper() {
  static const client::Output plain(client::Colour::kNever, false);
  return plain;
}

void shown(std::string_view text) { fuzz::must_be_shown(text, fuzz::Newlines::kAllowed); }
void line(std::string_view text) { fuzz::must_be_shown(text, fuzz::Newlines::kNone); }

void show(const control::Item& item) {
  shown(client::item_text(item, paper(), {true, false}));
  client::ItemPage page(paper(), {false, true});
  page.add(item);
  page.add(item);
  shown(page.text());
  shown(client::fields_text(item, 2, 20));
  line(client::delivery_text(item.delivery(), item.written_at()));
  for (const auto& attachment : item.attachments()) line(client::attachment_text(attachment));
  if (item.has_snippet()) shown(client::snippet_text(item.snippet(), kIndent, kWidth, paper().style()));
}

// What one version has become in the next, as `history` compares them.
void show(const control::HistoryReport& history) {
  for (int i = 1; i < history.versions_size(); ++i) {
    shown(client::word_diff(client::sanitise(history.versions(i - 1).text()),
                            client::sanitise(history.versions(i).text()), kIndent, kWidth, paper().style()));
  }
}

void show(const control::StatsReport& stats) {
  for (const auto* by : {"", "month", "year"}) shown(client::stats_text(stats, by, kWidth, paper().style()));
}

void show(const control::Series& series) {
  const auto* one = &series;
  shown(client::chart_text({&one, 1}, kWidth, paper().style()));
}

void show(const control::Peer& peer) {
  line(client::peer_state(peer));
  line(client::device_text(peer.name(), peer.device()));
}

void show(const control::Error& error) {
  const client::Failure failure = client::failure_of(error);
  shown(failure.what());
  shown(failure.hint());
}

void show(const control::StatusReport& status) {
  client::several_shared(status);
  for (const auto& warning : status.warnings()) line(client::warning_text(warning));
  for (const auto& peer : status.peers()) show(peer);
}

void show(const control::DoctorReport& doctor) {
  for (const auto& finding : doctor.findings()) shown(client::finding_text(finding.code(), finding.detail()));
}

void show(const control::TodayReport& today) {
  for (const auto& item : today.news()) show(item);
  for (const auto& peer : today.peers()) show(peer);
  for (const auto& warning : today.warnings()) line(client::warning_text(warning));
}

void show(const control::RoundReport& round) {
  shown(client::round_text(round, paper(), true));
  line(client::round_title(round, true));
  line(client::round_state(round));
}

void show(const control::Reply& reply) {
  if (reply.has_error()) show(reply.error());
  if (reply.has_status()) show(reply.status());
  if (reply.has_item()) show(reply.item());
  if (reply.has_round()) show(reply.round());
  if (reply.has_watch()) show(reply.watch().item());
  if (reply.has_doctor()) show(reply.doctor());
  if (reply.has_today()) show(reply.today());
  if (reply.has_history()) show(reply.history());
  if (reply.has_stats()) show(reply.stats());
  if (reply.has_series()) show(reply.series());
  if (reply.has_attachment()) line(client::attachment_text(reply.attachment().attachment()));
  for (const auto& peer : reply.sync().peers()) show(peer);
  line(client::to_json(reply));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size, 64 << 10);  // a daemon of one's own is believed in amount, not in content
  const google::protobuf::LogSilencer quiet;
  control::Reply reply;
  if (!reply.ParseFromArray(data, static_cast<int>(size))) return 0;
  show(reply);
  return 0;
}
