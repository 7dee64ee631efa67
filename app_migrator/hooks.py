# Frappe reads these when the app is on a bench. The app adds the command `bench migrator` and nothing to any
# site: no doctypes, no patches, no scheduled jobs. It need not be installed on a site.
app_name = "app_migrator"
app_title = "App Migrator"
app_publisher = "app_migrator contributors"
app_description = "Renames domains and moves Frappe and ERPNext sites, with a plan before and a way back"
app_email = "app_migrator@example.com"
app_license = "mit"
required_apps = []
