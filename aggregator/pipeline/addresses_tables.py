"""Tables about web addresses: parameters that track, suffixes under which strangers register names."""

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "vero_", "oly_", "at_custom", "at_link", "at_bbc")
"""How the names of whole families begin: Google, Matomo, HubSpot, Vero, Omeda, AT Internet."""

_TRACKING = """
    __hsfp __hssc __hstc __s _hsenc _hsmi _ke _openstat action_object_map action_ref_map action_type_map
    at_campaign at_campaign_type at_format at_medium at_ptr_name campaign_id cm_mmc cmp_id cmpid dclid dm_i ef_id efid
    elqtrack elqtrackid epik fb_action_ids fb_action_types fb_ref fb_source fbclid gad_source gbraid gclid gclsrc gs_l
    hmb_campaign hmb_medium hmb_source hsctatracking icid igsh igshid itm_campaign itm_content itm_medium itm_source
    mc_cid mc_eid mkcid mkevt mkrid mkt_tok ml_subscriber ml_subscriber_hash msclkid ncid nr_email_referer ns_campaign
    ns_mchannel ns_source rb_clickid ref_src ref_url s_cid s_kwcid smid soc_src soc_trk spm srsltid taid trk_contact
    trk_module trk_msg trk_sid twclid vgo_ee wbraid wickedid wt.mc_id wt_mc xtor yclid ysclid zanpid
"""
TRACKING = frozenset(_TRACKING.split())
"""Parameters that say where a click came from and never which page is meant."""

_SECOND_LEVEL = """
    ac asn asso biz co com conf edu firm gen gob gov govt gouv go gub id idv in ind inf info int law leg ltd me mil
    ne net nhs nic nom or org plc press pro pub sch school web
"""
SECOND_LEVEL = frozenset(_SECOND_LEVEL.split())
"""Second labels under a country's code below which names are registered: ``example.co.uk``, ``example.com.au``."""

_PLATFORMS = """
    bearblog.dev beehiiv.com blogspot.com cargo.site fly.dev ghost.io github.io gitlab.io hashnode.dev hatenablog.com
    herokuapp.com home.blog livejournal.com mataroa.blog medium.com micro.blog neocities.org netlify.app noblogs.org
    onrender.com over-blog.com pages.dev posthaven.com prose.sh readthedocs.io sourceforge.io squarespace.com
    substack.com svbtle.com tumblr.com typepad.com vercel.app web.app weebly.com wixsite.com wordpress.com write.as
    writeas.com
"""
PLATFORMS = frozenset(_PLATFORMS.split())
"""Places where every subdomain is somebody else."""
