// attached_files.h: files of entries as a daemon hands them out, its part played in a process of its own, and pictures
// whose heads are true and whose rest is noise.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/export/attachments.h"
#include "hand_daemon.h"

namespace duolog::client {

inline std::string png_head(std::uint32_t width, std::uint32_t height) {
  std::string head("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  for (const auto side : {width, height})
    for (const unsigned shift : {24U, 16U, 8U, 0U}) head += static_cast<char>(side >> shift & 0xffU);
  return head;
}

class WithAttachedFiles : public WithHandDaemon {
 protected:
  static constexpr std::size_t kPieceLength = 256 << 10;

  // Attaches it. `held`: less than the whole where pieces are missing, as the daemon lists it.
  void attach(control::Item& item, const std::string& name, const std::string& bytes,
              std::optional<std::size_t> held = std::nullopt) {
    auto& one = *item.add_attachments();
    one.set_name(name);
    one.set_media_type("image/png");  // as its author says
    one.set_size(static_cast<std::uint32_t>(bytes.size()));
    one.set_held(static_cast<std::uint32_t>(held.value_or(bytes.size())));
    files_[{item.id(), item.attachments_size()}] = bytes;
  }
  // From this piece on that file is answered with an error, whatever it was listed as.
  void fails(control::Item& item, std::uint32_t piece, control::Error::Code code) {
    errors_[{item.id(), item.attachments_size()}] = {piece, code};
  }
  // All have been attached. Ends when they leave.
  void hand_out() {
    daemon_does([this](int listening) {
      for (const Visitor visitor(listening);;) visitor.say(answer(visitor.hear().read_attachment()));
    });
  }

  Daemon daemon_{home_.string(), AutoStart::kNever};

 private:
  using Key = std::pair<std::string, std::uint32_t>;
  [[nodiscard]] control::Reply answer(const control::ReadAttachment& asked) const {
    control::Reply reply;
    reply.set_last(true);
    const Key key{asked.id(), asked.number()};
    const auto error = errors_.find(key);
    if (error != errors_.end() && asked.piece() >= error->second.first) {
      reply.mutable_error()->set_code(error->second.second);
      reply.mutable_error()->set_detail("it");
    } else {
      reply.mutable_piece()->set_data(files_.at(key).substr(asked.piece() * kPieceLength, kPieceLength));
    }
    return reply;
  }

  std::map<Key, std::string> files_;
  std::map<Key, std::pair<std::uint32_t, control::Error::Code>> errors_;
};

}  // namespace duolog::client
