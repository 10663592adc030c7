// attaching.h: files on their way in and out, of one visit. In: Attach, AttachPiece …, then a Write or an Import that
// names how many; what neither has named when the visit ends leaves nothing behind. Out: a piece for each request, so
// that whoever reads slowly is waited for. Two things go on by themselves, until they are done or end() is called:
// waiting for an attachment to come, and sharing an entry whose files must be sealed anew.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>

#include "daemon/control/visit.h"
#include "daemon/journal/attachments.h"

namespace duolog::control {

class Attach;
class AttachPiece;
class AttachmentReport;
class ListAttachments;
class ReadAttachment;
class WantAttachment;

class Attaching {
 public:
  struct Replies {
    std::function<void(Reply)> send;
    std::function<void(Reply)> finish;
    std::function<void(Error)> fail;
    // A list of any length: calls the step, which sends one reply, whenever there is room, until it says false.
    std::function<void(std::function<bool()>)> in_steps;
  };
  Attaching(Desk& desk, Replies replies);
  ~Attaching();

  // REQUIRES: one of the five requests about attachments. Throws as the journal does.
  void answer(const Request& request);
  // A Share of an entry with attachments: answered when they are sealed. False: it is none.
  bool shares(const Request& request);

  // What was attached, in order, for the entry that is written now. Throws Refusal(kUploadGone) where that is not so
  // many, whole.
  [[nodiscard]] std::vector<journal::Attachment> for_entry(std::uint32_t count) const;
  // The same for a batch of entries, all of them; one that was begun and is not whole is given up.
  [[nodiscard]] std::vector<journal::Attachment> for_batch(std::uint32_t count);
  void kept();                                // the entry names them
  void kept(const std::vector<bool>& named);  // of a batch, in order, those that are named; the others are dropped
  void end();                                 // of what goes on by itself

 private:
  struct Waiting;
  struct Sharing;
  void attach(const Attach& asked);
  void take(const AttachPiece& piece);
  void give_up_unfinished();
  void read(const ReadAttachment& asked);
  void want(const WantAttachment& asked);
  void list(const ListAttachments& asked);
  void report_wanted();
  void share_on();
  void report(AttachmentReport& out, const journal::MeantFile& file) const;
  void guarded(const std::function<void()>& step);

  Desk& desk_;
  Replies replies_;
  std::list<journal::Upload> uploads_;
  std::unique_ptr<Waiting> waiting_;
  std::unique_ptr<Sharing> sharing_;
};

}  // namespace duolog::control
