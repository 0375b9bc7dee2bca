// Included by whoever makes gRPC's credentials.
#pragma once

#include <openssl/crypto.h>

namespace wangge::rpc {

// OpenSSL frees what it holds when the process exits. gRPC's own threads, which
// nobody can wait for, may end a connection just then: what they still make is
// lost, which LeakSanitizer tells one time in a hundred, and what they use is
// gone. So OpenSSL keeps it, if it is told so before anybody uses it.
inline const bool kOpenSslStaysUntilTheEnd =
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr) == 1;

}  // namespace wangge::rpc
