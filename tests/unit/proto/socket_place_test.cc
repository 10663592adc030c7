// socket_place_test.cc: where the folders are, and that no socket lies too deep.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/socket_place.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "tests/unit/home/temporary_folder.h"

namespace duolog::proto {
namespace {

namespace fs = std::filesystem;
using testing::ForAWhile;
using testing::TemporaryFolder;

class XdgFolders : public ::testing::Test {
 protected:
  ForAWhile home{"HOME", "/people/ada"};
  ForAWhile data{"XDG_DATA_HOME", nullptr};
  ForAWhile config{"XDG_CONFIG_HOME", nullptr};
  ForAWhile state{"XDG_STATE_HOME", nullptr};
  ForAWhile runtime{"XDG_RUNTIME_DIR", nullptr};
};

TEST(SocketPlace, AGivenHomeHoldsEverything) {
  const Places found = places("/somewhere/ada");
  EXPECT_EQ(found.data, "/somewhere/ada");
  EXPECT_EQ(found.config, "/somewhere/ada");
  EXPECT_EQ(found.state, "/somewhere/ada");
  EXPECT_EQ(found.socket(), "/somewhere/ada/run/control.sock");
}

TEST(SocketPlace, ARelativeHomeBecomesAbsolute) { EXPECT_EQ(places("ada").data, fs::current_path() / "ada"); }

TEST(SocketPlace, NoLinkHidesBehindATrailingSlash) {
  EXPECT_EQ(places("/somewhere/ada/").data, "/somewhere/ada");
  EXPECT_EQ(places("/somewhere/ada/./").data, "/somewhere/ada");
  EXPECT_EQ(places("/").data, "/");
}

TEST_F(XdgFolders, WithoutVariablesAreBelowHome) {
  const Places found = places({});
  EXPECT_EQ(found.data, "/people/ada/.local/share/duolog");
  EXPECT_EQ(found.config, "/people/ada/.config/duolog");
  EXPECT_EQ(found.state, "/people/ada/.local/state/duolog");
  EXPECT_EQ(found.socket(), "/people/ada/.local/share/duolog/run/control.sock");
}

TEST_F(XdgFolders, FollowTheVariables) {
  const TemporaryFolder own;
  const ForAWhile data_here("XDG_DATA_HOME", "/d");
  const ForAWhile config_here("XDG_CONFIG_HOME", "/c");
  const ForAWhile state_here("XDG_STATE_HOME", "/s");
  const ForAWhile runtime_here("XDG_RUNTIME_DIR", own.path().c_str());
  const Places found = places({});
  EXPECT_EQ(found.data, "/d/duolog");
  EXPECT_EQ(found.config, "/c/duolog");
  EXPECT_EQ(found.state, "/s/duolog");
  EXPECT_EQ(found.socket(), own.path() / "duolog/control.sock");
}

TEST_F(XdgFolders, ARelativeVariableIsAsIfUnset) {
  const ForAWhile data_here("XDG_DATA_HOME", "d");
  EXPECT_EQ(places({}).data, "/people/ada/.local/share/duolog");
}

TEST_F(XdgFolders, AVanishedRuntimeFolderIsAsIfUnset) {
  const ForAWhile runtime_here("XDG_RUNTIME_DIR", "/nowhere/at/all");
  EXPECT_EQ(places({}).runtime, "/people/ada/.local/share/duolog/run");
}

TEST_F(XdgFolders, AnotherUsersRuntimeFolderIsAsIfUnset) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder to somebody else";
  const TemporaryFolder own;
  ASSERT_EQ(::chown(own.path().c_str(), 12345, 12345), 0);
  const ForAWhile runtime_here("XDG_RUNTIME_DIR", own.path().c_str());
  EXPECT_EQ(places({}).runtime, "/people/ada/.local/share/duolog/run");
}

TEST_F(XdgFolders, WithoutAnyHomeItSaysSo) {
  const ForAWhile no_home("HOME", nullptr);
  EXPECT_THROW(places({}), std::runtime_error);
}

// True when a socket can be bound there and reached by a second address of the same place.
bool can_meet_at(const fs::path& socket) {
  const auto addressed = [](const SocketAddress& address) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address.path().c_str(), address.path().size() + 1);
    return name;
  };
  const SocketAddress here(socket);
  const SocketAddress there(socket);
  const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const int calling = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un at = addressed(here);
  const sockaddr_un to = addressed(there);
  const bool met = ::bind(listening, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
                   ::listen(listening, 1) == 0 &&
                   ::connect(calling, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(listening);
  ::close(calling);
  return met && fs::is_socket(socket);
}

TEST(SocketAddress, AnOrdinaryPathIsUsedAsItIs) {
  const TemporaryFolder folder;
  EXPECT_EQ(SocketAddress(folder / "control.sock").path(), (folder / "control.sock").string());
  EXPECT_TRUE(can_meet_at(folder / "control.sock"));
}

TEST(SocketAddress, NoHomeIsTooDeep) {
  const TemporaryFolder folder;
  const fs::path deep = folder.path() / std::string(200, 'a') / std::string(200, 'b');
  fs::create_directories(deep);
  EXPECT_LT(SocketAddress(deep / "control.sock").path().size(), sizeof(sockaddr_un::sun_path));
  EXPECT_TRUE(can_meet_at(deep / "control.sock"));
}

TEST(SocketAddress, EveryLengthAroundTheLimitCanBeReached) {
  const TemporaryFolder folder;
  for (std::size_t length = 105; length <= 110; ++length) {
    const std::size_t name = length - folder.path().string().size() - 1;
    const fs::path socket = folder / std::string(name, 's');
    ASSERT_EQ(socket.string().size(), length);
    EXPECT_TRUE(length - folder.path().string().size() > 0 && can_meet_at(socket)) << length;
  }
}

TEST(SocketAddress, AMissingDeepFolderIsAnError) {
  EXPECT_THROW(SocketAddress(fs::path("/nowhere") / std::string(200, 'a') / "control.sock"), std::system_error);
}

}  // namespace
}  // namespace duolog::proto
