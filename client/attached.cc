// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/attached.h"

#include "client/attach.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

// `left`: how much there still is; a piece is neither empty nor more than that.
std::string piece_of(Daemon& daemon, const AttachedFile& file, std::uint32_t piece, std::uint64_t left) {
  control::Request request;
  auto& read = *request.mutable_read_attachment();
  read.set_id(file.id);
  read.set_number(file.number);
  read.set_piece(piece);
  auto reply = daemon.ask_one(request);
  auto& data = *reply.mutable_piece()->mutable_data();
  if (data.empty() || data.size() > kPieceLength || data.size() > left) throw daemon_unreadable();
  return std::move(data);
}

}  // namespace

bool is_here(const control::Attachment& attachment) { return attachment.held() == attachment.size(); }

std::string read_beginning(Daemon& daemon, const AttachedFile& file) {
  return file.size == 0 ? std::string() : piece_of(daemon, file, 0, file.size);
}

void read_attached(Daemon& daemon, const AttachedFile& file, const TakePiece& take) {
  std::uint64_t done = 0;
  for (std::uint32_t piece = 0; done < file.size; ++piece) {
    const auto data = piece_of(daemon, file, piece, file.size - done);
    take(data);
    done += data.size();
  }
}

}  // namespace duolog::client
