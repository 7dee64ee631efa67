app_name = "frappe"
app_title = "Stand-in framework"
develop_version = "15.x.x-develop"
