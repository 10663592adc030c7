// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/mailboxes.h"

#include "crypto/mailbox.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/parcel.h"
#include "daemon/journal/shelf.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

void fail(const Answering& answers, Error::Code code, const std::string& detail = {}) {
  Reply reply;
  reply.mutable_error()->set_code(code);
  reply.mutable_error()->set_detail(detail);
  answers.finish(std::move(reply));
}

void list(Desk& desk, const Answering& answers) {
  Reply reply;
  desk.mailboxes.list(*reply.mutable_mailboxes());
  answers.finish(std::move(reply));
}

void add(Desk& desk, const MailboxAdd& asked, const Answering& answers) {
  const auto link = crypto::parse_mailbox_link(asked.link());
  if (!link) return fail(answers, Error::NOT_A_MAILBOX_LINK);
  const journal::Journal& journal = journal::meant_to_be_carried(desk.shelf(), asked.journal());
  desk.shelf().parts().identity.set_mailbox(journal.id(), link->text());
  desk.mailboxes.changed();
  list(desk, answers);
}

void remove(Desk& desk, const MailboxRemove& asked, const Answering& answers) {
  const journal::Journal& journal = journal::meant_to_be_carried(desk.shelf(), asked.journal());
  if (journal.secrets().mailbox.empty()) return fail(answers, Error::NO_MAILBOX, journal.secrets().name);
  desk.shelf().parts().identity.set_mailbox(journal.id(), {});
  desk.mailboxes.changed();
  list(desk, answers);
}

}  // namespace

bool answer_mailboxes(Desk& desk, const Request& request, const Answering& answers) {
  switch (request.body_case()) {
    case Request::kMailboxAdd:
      add(desk, request.mailbox_add(), answers);
      return true;
    case Request::kMailboxRemove:
      remove(desk, request.mailbox_remove(), answers);
      return true;
    case Request::kMailboxList:
      list(desk, answers);
      return true;
    default:
      return false;
  }
}

}  // namespace duolog::control
