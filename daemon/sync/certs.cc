// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/certs.h"

namespace duolog::sync {
namespace {

std::size_t size_of(const crypto::Chain& chain) {
  std::size_t bytes = 0;
  for (const crypto::Certificate& certificate : chain) bytes += certificate.body.size() + certificate.signature.size();
  return bytes;
}

}  // namespace

Certs next_certs(std::deque<crypto::Chain>& waiting) {
  Certs certs;
  for (std::size_t bytes = 0; !waiting.empty() && bytes < kChainsBytes; waiting.pop_front()) {
    bytes += size_of(waiting.front());
    certs.chains.push_back(std::move(waiting.front()));
  }
  return certs;
}

}  // namespace duolog::sync
