#pragma once
// Where a GitHub App is installed, and the repositories that it was given there. Source: GitHub's
// pages "REST API endpoints for GitHub Apps" and "… for GitHub App installations".

#include "github/app.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::github {

struct Place {
    std::string id;        // of the installation
    std::string account;   // a person's or an organization's
    std::string page;      // where its repositories are chosen, at GitHub
    bool has_all = false;  // all of the account's repositories, also those to come
    bool is_suspended = false;
    Permissions permissions;
};

struct GivenRepository {
    std::int64_t id = 0;
    std::string full_name;
    bool is_private = false;
    bool is_archived = false;
};

struct GivenPage {
    std::vector<GivenRepository> items;
    std::int64_t total = 0;
    int next = 0;  // 0: this is the last page
};

// On the logic thread; the App and the settings outlive the call. Errors are App's.

Task<Result<std::vector<Place>>> list_places(App& app);
/// `page` begins with 1; up to 100 a page.
Task<Result<GivenPage>> list_given(
    App& app, const ApiSettings& api, const Clock& clock, std::string installation, int page
);

}  // namespace triphammer::github
