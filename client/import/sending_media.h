// sending_media.h: the files of one batch, on their way to the daemon before it. Asked first is which entries are new:
// what goes with the others is not sent. Only what the daemon has sealed and made durable is named by an entry.
//
//   batch ─► tried: which are new? ─► Attach, AttachPiece … for these ─► the batch, with how many go with each
//
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "client/daemon.h"
#include "client/import/files.h"
#include "client/import/found.h"

namespace duolog::control {
class Import;
}  // namespace duolog::control

namespace duolog::client {

// Where the files are, and who hears how many bytes of them are done with, sent or not.
struct MediaSource {
  const Files* files = nullptr;  // REQUIRES: set where anything found has media
  std::function<void(std::uint64_t)> told = [](std::uint64_t) {};
};

class SendingMedia {
 public:
  SendingMedia(Daemon& daemon, MediaSource source, Findings& findings)
      : daemon_(daemon), source_(std::move(source)), findings_(findings) {}

  // Of the next item of the batch.
  void add(std::vector<Found::Medium> media);
  // So many more would be too many for one batch.
  [[nodiscard]] bool is_full_for(std::size_t more) const;
  // What was sent so far should be named soon, lest much of it be sent again after a stop.
  [[nodiscard]] bool is_enough() const;
  // Sends them; each item of the batch says then how many go with it. Which cannot be read is told, and left out.
  void send(control::Import& batch);
  // Of a batch that is only tried, the files count as done.
  void pass();

 private:
  bool send(const Found::Medium& medium);
  void clear();

  Daemon& daemon_;
  MediaSource source_;
  Findings& findings_;
  std::vector<std::vector<Found::Medium>> media_;  // of each item
  std::size_t count_ = 0;
  std::uint64_t bytes_ = 0;  // of this batch
  std::uint64_t done_ = 0;   // of all batches
};

}  // namespace duolog::client
