// How the services of cases declare a method.
#pragma once

#include "rpc/unary.h"

// A method of `Service` that Maker<Request>(full name) makes. Belongs into the
// public part of a class.
#define WANGGE_METHOD_MADE_BY(Service, name, Request, Response, Maker)       \
  grpc::ServerUnaryReactor* name(grpc::CallbackServerContext* context,       \
                                 const Request* request, Response* response) \
      override {                                                             \
    return name##_.Start(context, request, response);                        \
  }                                                                          \
                                                                             \
 private:                                                                    \
  rpc::Method<Request, Response> name##_ =                                   \
      Maker<Request>("/wangge.cases.v1." #Service "/" #name);                \
                                                                             \
 public:

// A method of `Service` whose handler is Handler(call, request). Belongs into
// the public part of a class whose first member is rpc::Runtime& runtime_.
#define WANGGE_METHOD(Service, name, Request, Response, Handler)             \
  grpc::ServerUnaryReactor* name(grpc::CallbackServerContext* context,       \
                                 const Request* request, Response* response) \
      override {                                                             \
    return name##_.Start(context, request, response);                        \
  }                                                                          \
                                                                             \
 private:                                                                    \
  rpc::Method<Request, Response> name##_{                                    \
      &runtime_, "/wangge.cases.v1." #Service "/" #name,                     \
      [](const Request& r) { return Validate(r); },                          \
      [this](const rpc::Call& call, const Request& r) {                      \
        return Handler(call, r);                                             \
      }};                                                                    \
                                                                             \
 public:
