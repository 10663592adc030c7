// scan.h: the records of a journal read off the log itself: every body is opened and decoded once, to know what stands
// where; its words are opened again when somebody wants them. About a second for a lifetime of entries.
//
// So the readers are answered while the view is being made anew; and the view is held against it in tests.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/versions.h"

namespace duolog::journal {

class Scan final : public Records {
 public:
  struct Source {
    // Every record that is to be shown, each device's in the order of its chain.
    using See = std::function<void(const Noted&, bool mine)>;
    std::function<void(const See&)> each;
    std::function<Noted(const DeviceId&, std::uint64_t seq)> read;
  };
  explicit Scan(Source source);

  void each_line(const Wanted& wanted, const SeeLine& see) const override;
  [[nodiscard]] std::int64_t first_since(std::int64_t time) const override;
  [[nodiscard]] Noted read_record(const Line& line) const override { return source_.read(line.device, line.seq); }
  [[nodiscard]] std::vector<Version> edits_of(const RecordId& entry, bool mine) const override;
  [[nodiscard]] std::vector<RoundKey> rounds(const std::string& practice, const std::string& from) const override;
  [[nodiscard]] std::optional<std::string> period_before(const std::string& practice,
                                                         const std::string& period) const override;
  void each_written(std::int64_t from_ms, std::int64_t to_ms, const SeeWritten& see) const override;
  void each_mood(const SeeMood& see) const override;
  [[nodiscard]] std::optional<std::int64_t> earliest_civil() const override;
  [[nodiscard]] Counts counts() const override { return counts_; }

 private:
  struct Read {
    Line line;
    std::vector<std::string> tags;
    std::vector<Seen> seen;  // until it has its place
  };
  void note_edit(const Noted& noted, const Line& line);
  void find_by_versions(std::map<DeviceId, std::vector<Read>>& chains) const;
  void arrange(std::map<DeviceId, std::vector<Read>> chains);

  Source source_;
  std::vector<Read> records_;  // in order
  // Of an entry, by its author's person: each device's, in the order of its chain.
  std::map<std::tuple<RecordId, bool, DeviceId>, std::vector<Version>> edits_;
  Counts counts_;
};

}  // namespace duolog::journal
