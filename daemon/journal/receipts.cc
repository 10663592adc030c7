// receipts.cc: steps in memory, and in LocalState in pages, so that a receipt writes little however many there are.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/receipts.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kStepLength = 8 + 8;
constexpr std::size_t kStepsPerPage = 128;
constexpr std::size_t kPageDigits = 8;  // so that the pages' names sort as their numbers

std::string page_name(const std::string& prefix, const DeviceId& by, std::size_t page) {
  Bytes number;
  append_u32(number, static_cast<std::uint32_t>(page));
  std::reverse(number.begin(), number.end());
  return prefix + hex(by.bytes) + "/" + hex(number);
}

}  // namespace

Receipts::Receipts(store::LocalState& state, const JournalId& journal)
    : state_(state), prefix_("receipts/" + hex(journal.bytes) + "/") {
  std::vector<std::string> pages = state_.names(prefix_);
  std::sort(pages.begin(), pages.end());
  for (const std::string& page : pages) {
    const auto device = from_hex(std::string_view(page).substr(prefix_.size(), 2 * DeviceId::kLength));
    const auto value = state_.get(page);
    const auto by = device ? DeviceId::from(*device) : std::nullopt;
    if (!by || !value || page.size() != prefix_.size() + 2 * DeviceId::kLength + 1 + kPageDigits) continue;
    for (std::size_t at = 0; at + kStepLength <= value->size(); at += kStepLength) {
      const ByteView step = ByteView(*value).subspan(at, kStepLength);
      steps_[*by].push_back({read_u64(step), static_cast<std::int64_t>(read_u64(step.subspan(8)))});
    }
  }
}

std::optional<std::uint64_t> Receipts::raise(const DeviceId& by, std::uint64_t seq, std::int64_t at_ms) {
  std::vector<Step>& steps = steps_[by];
  const std::uint64_t before = steps.empty() ? 0 : steps.back().seq;
  if (seq <= before) return std::nullopt;
  steps.push_back({seq, at_ms});
  keep(by, steps);
  return before;
}

void Receipts::keep(const DeviceId& by, const std::vector<Step>& steps) {
  const std::size_t page = (steps.size() - 1) / kStepsPerPage;
  Bytes value;
  for (std::size_t i = page * kStepsPerPage; i < steps.size(); ++i) {
    append_u64(value, steps[i].seq);
    append_u64(value, static_cast<std::uint64_t>(steps[i].at_ms));
  }
  state_.put_soon(page_name(prefix_, by, page), value);
}

std::uint64_t Receipts::up_to(const DeviceId& by) const {
  const auto found = steps_.find(by);
  return found == steps_.end() || found->second.empty() ? 0 : found->second.back().seq;
}

std::optional<Receipts::Receipt> Receipts::of(std::uint64_t seq) const {
  std::optional<Receipt> earliest;
  for (const auto& [by, steps] : steps_) {
    const auto step =
        std::lower_bound(steps.begin(), steps.end(), seq, [](const Step& a, std::uint64_t b) { return a.seq < b; });
    if (step == steps.end() || (earliest && earliest->at_ms <= step->at_ms)) continue;
    earliest = Receipt{by, step->at_ms};
  }
  return earliest;
}

void Receipts::lies(Way way, std::vector<Lying> all) { lying_[way] = std::move(all); }

std::optional<Receipts::Waiting> Receipts::waits(std::uint64_t seq) const {
  for (const auto& [way, all] : lying_)
    for (const Lying& one : all)
      if (one.after < seq && seq <= one.up_to) return Waiting{way, one.at_ms};
  return std::nullopt;
}

}  // namespace duolog::journal
